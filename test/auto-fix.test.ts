import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jobsAnswer, pullRequestEvent } from "../scripts/auto-fix/recorded.fixture.ts";
import { lacks, program } from "./requirement.ts";

/**
 * The jobs of .github/workflows/auto-fix.yml one after the other, on a repository of git made for it, with stand-ins for
 * mini-agent-action and gh on the PATH. The agent really edits a file; gh writes down how it was called.
 */

const script = join(import.meta.dir, "../scripts/auto-fix.ts");

const agent = `#!/bin/sh
set -e
[ "$1" = --exec ] && [ "$3" = --task ] && [ "$5" = --debug ] && [ "$6" = --model ] && [ "$7" = some-model ]
[ -z "$GH_TOKEN$GITHUB_TOKEN" ]
printf '%s\\n' "$2" "$4" >> "$NOTES/agent"
! sh -c "$2"
sed -i 's/^ *wrong$/right/' program.txt
[ -z "$MISCHIEF" ] || { mkdir -p .github/workflows; echo mine > .github/workflows/new.yml; }
sh -c "$2"
`;

const gh = `#!/bin/sh
for word; do printf '%s\\n' "$word"; done > "$NOTES/gh"
echo https://github.com/ada/imp/pull/13
`;

describe.skipIf(lacks(program("git")))("the fix step", () => {
  const folder = mkdtempSync(join(tmpdir(), "imp-auto-fix-"));
  const path = (name: string) => join(folder, name);
  const branch = pullRequestEvent.workflow_run.head_branch;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function run(command: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const result = Bun.spawnSync([...command], {
      cwd: folder,
      env: {
        PATH: `${path("bin")}:${process.env["PATH"]}`,
        HOME: folder,
        NOTES: folder,
        GIT_CONFIG_NOSYSTEM: "1",
        ...environment,
      },
      stdin: "ignore",
    });
    return { exitCode: result.exitCode, stdout: result.stdout.toString(), stderr: result.stderr.toString() };
  }

  function ok(command: readonly string[], environment: Readonly<Record<string, string>> = {}): string {
    const { exitCode, stdout, stderr } = run(command, environment);
    if (exitCode !== 0)
      throw new Error(`exit code ${exitCode} from ${command.join(" ")}\n${stdout}${stderr}`);
    return stdout;
  }

  const autoFix = (action: string) => [process.execPath, script, action];
  const outputs = () => {
    const lines = readFileSync(path("output"), "utf8").trimEnd().split("\n");
    return new Map(
      lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
  };
  const mendingOf = (workspace: string) => ({
    DECISION: outputs().get("decision") ?? "",
    WORKSPACE: path(workspace),
    RESULT: path("result"),
    GITHUB_OUTPUT: path("output"),
    MODEL: "some-model",
    DEBUG: "true",
  });

  beforeAll(() => {
    mkdirSync(path("bin"));
    for (const [name, content] of Object.entries({ "mini-agent-action": agent, gh })) {
      writeFileSync(path(`bin/${name}`), content);
      chmodSync(path(`bin/${name}`), 0o755);
    }
    ok(["git", "init", "--quiet", "--bare", "origin"]);
    ok(["git", "init", "--quiet", "--initial-branch", branch, "first"]);
    writeFileSync(path("first/program.txt"), "fine\n  wrong\n");
    const scripts = { "check:lint": "grep -q right program.txt" };
    writeFileSync(path("first/package.json"), JSON.stringify({ scripts }));
    const git = ["git", "-C", "first", "-c", "user.name=Ada", "-c", "user.email=ada@localhost"];
    ok([...git, "add", "."]);
    ok([...git, "commit", "--quiet", "--message", "A program"]);
    ok([...git, "push", "--quiet", path("origin"), `HEAD:refs/heads/${branch}`]);
    ok(["git", "clone", "--quiet", `--branch=${branch}`, "origin", "mending"]);
    ok(["git", "clone", "--quiet", `--branch=${branch}`, "origin", "proposing"]);
    writeFileSync(path("event.json"), JSON.stringify(pullRequestEvent));
    writeFileSync(path("jobs.json"), JSON.stringify(jobsAnswer({ format: "success", lint: "failure" })));
  });

  test("decides by what GitHub says", () => {
    ok(autoFix("decide"), {
      GITHUB_EVENT_PATH: path("event.json"),
      JOBS: path("jobs.json"),
      HAS_KEY: "true",
      GITHUB_OUTPUT: path("output"),
    });
    expect([...outputs().keys()]).toEqual(["action", "decision"]);
    expect(outputs().get("action")).toBe("fix");
  });

  test("lets the agent work, and keeps what it changed", () => {
    ok(autoFix("mend"), mendingOf("mending"));
    const [check, task] = readFileSync(path("agent"), "utf8").split("\n");
    expect(check).toBe("npm run check:lint");
    expect(task).toContain("`npm run check:lint` shows them");
    expect(outputs().get("changed")).toBe("true");
    expect(JSON.parse(readFileSync(path("result/outcomes.json"), "utf8"))).toEqual([
      { fix: "lint", passes: true },
    ]);
    expect(readFileSync(path("result/changes.patch"), "utf8")).toContain("-  wrong\n+right\n");
  });

  test("opens a draft with it, for the branch that failed", () => {
    ok(autoFix("propose"), mendingOf("proposing"));
    expect(readFileSync(path("gh"), "utf8").trimEnd().split("\n")).toEqual([
      "pr",
      "create",
      "--draft",
      `--base=${branch}`,
      "--head=auto-fix/run-19283746501",
      "--title=Auto-fix: lint",
      `--body-file=${path("result/body.md")}`,
    ]);
    const body = readFileSync(path("result/body.md"), "utf8");
    expect(body).toContain("- [lint](https://github.com/ada/imp/actions/runs/19283746501/job/101)");
    expect(body).toContain("- `npm run check:lint`: passes");
    expect(body).not.toContain("[object Object]");
    const pushed = "auto-fix/run-19283746501";
    expect(ok(["git", "-C", "origin", "show", `${pushed}:program.txt`])).toBe("fine\nright\n");
    expect(ok(["git", "-C", "origin", "log", "--format=%an: %s", pushed])).toBe(
      "github-actions[bot]: Auto-fix: lint\nAda: A program\n",
    );
  });

  test("runs nothing that is written in the name of a branch", () => {
    const places = ["", "first/", "mending/", "proposing/"];
    expect(places.filter((place) => existsSync(path(`${place}pwned`)))).toEqual([]);
  });

  test("refuses changes to the pipelines themselves", () => {
    ok(["git", "clone", "--quiet", `--branch=${branch}`, "origin", "mischief"]);
    ok(["git", "clone", "--quiet", `--branch=${branch}`, "origin", "refusing"]);
    ok(autoFix("mend"), { ...mendingOf("mischief"), MISCHIEF: "yes" });
    rmSync(path("gh"));
    const { exitCode, stderr } = run(autoFix("propose"), mendingOf("refusing"));
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain("the agent changed what it may not change: .github/workflows/new.yml");
    expect(existsSync(path("gh"))).toBe(false);
  });

  test("proposes nothing where nothing was changed", () => {
    ok(["git", "clone", "--quiet", "--branch=auto-fix/run-19283746501", "origin", "mended"]);
    writeFileSync(path("bin/mini-agent-action"), "#!/bin/sh\nexit 1\n");
    ok(autoFix("mend"), mendingOf("mended"));
    expect(outputs().get("changed")).toBe("false");
    expect(JSON.parse(readFileSync(path("result/outcomes.json"), "utf8"))).toEqual([
      { fix: "lint", passes: true },
    ]);
  });
});
