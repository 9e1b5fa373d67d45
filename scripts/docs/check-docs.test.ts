import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandList } from "../../src/cli/program.ts";
import { checkCommands } from "./commands.ts";
import { checkConfigurations } from "./configurations.ts";
import { checkLinks } from "./links.ts";
import { readMarkdown } from "./markdown.ts";
import { commandsOf, typedLines } from "./shell.ts";

const repository = join(import.meta.dir, "../..");

/** Each complaint as `LINE: MESSAGE`. */
function complaints(document: string): string[] {
  const markdown = readMarkdown(document);
  return [
    ...checkCommands(markdown, ["demo", "check"]),
    ...checkConfigurations(markdown),
    ...checkLinks(markdown, "README.md", repository),
  ].map(({ line, message }) => `${line}: ${message}`);
}

function block(language: string, text: string): string {
  return `# Title\n\n\`\`\`${language}\n${text}\n\`\`\`\n`;
}

describe("command lines in documents", () => {
  test("are accepted if imp takes them, behind sudo, pipes and in substitutions too", () => {
    const good = [
      "sudo imp apply --dry-run            # what would it do?",
      "imp list | head -1 && imp switch 2",
      "source <(imp completion bash)",
      "imp schema > imp.schema.json 2>/dev/null",
      "NO_COLOR=1 dist/imp --config 'my imp.toml' diff 1 2",
      "npm run demo && ls --no-such-flag",
      "imp apply \\\n  --label 'a b'",
    ];
    expect(complaints(block("sh", good.join("\n")))).toEqual([]);
  });

  test("are refused at their line if a command, an option or an argument does not exist", () => {
    const document = block("sh", "imp aply\nsudo imp apply --dry\nimp switch\nls; imp list 3\nnpm run dem");
    expect(complaints(document)).toEqual([
      "4: there is no command `aply`",
      "5: `imp apply` has no option --dry",
      "6: `imp switch` needs N, the generation's number, as `imp list` shows it",
      "7: `imp list` does not know what to do with `3`",
      "8: package.json has no script `dem`",
    ]);
  });

  test("of a transcript are those behind a prompt; the rest is what was printed", () => {
    expect(complaints(block("console", "$ imp list\nimp was here\n# imp bogus\n$ imp bogus"))).toEqual([
      "6: there is no command `bogus`",
      "7: there is no command `bogus`",
    ]);
    expect(complaints("text\n\n    $ imp list\n    Generations:\n    $ imp bogus\n")).toEqual([
      "5: there is no command `bogus`",
    ]);
  });

  test("in running text may leave things out, but not be wrong", () => {
    expect(complaints("`imp switch`, `imp diff [A] [B]`, `imp delete N…`, `imp help COMMAND`")).toEqual([]);
    expect(complaints("`imp completion SHELL`, `imp apply needs root here: only root`")).toEqual([]);
    expect(complaints("one\n`imp aply` and `npm run nothing`")).toHaveLength(2);
    expect(complaints("one\n`imp apply --dry`")).toEqual(["2: `imp apply` has no option --dry"]);
  });

  test("that the help shows are right, too", () => {
    const examples = commandList.flatMap((command) => command.examples.map((example) => example.command));
    expect(complaints(block("sh", examples.join("\n")))).toEqual([]);
  });

  test("are taken apart as a shell does", () => {
    expect(commandsOf("a 'b c' d\\ e \"f\" # g")).toEqual([["a", "b c", "d e", "f"]]);
    expect(commandsOf("a; b && c | d $(e f)")).toEqual([["a"], ["b"], ["c"], ["d"], ["e", "f"]]);
    expect(commandsOf("a > b 2>&1 <c")[0]).toEqual(["a"]);
    expect(typedLines({ line: 5, text: "a \\\n b\nc" })).toEqual([
      { line: 5, text: "a  b" },
      { line: 7, text: "c" },
    ]);
  });
});

describe("configurations in documents", () => {
  test("are read as imp reads them, whole or as the content of a root", () => {
    expect(complaints(block("toml", 'state_dir = "/s"\n[persistence."/p"]\nfiles = ["/a"]'))).toEqual([]);
    expect(
      complaints(block("toml", '# keep\ndirectories = [\n  { directory = "/a", user = "eve" },\n]')),
    ).toEqual([]);
  });

  test("are refused at the line of the mistake", () => {
    expect(
      complaints(block("toml", 'backup = true\nbakcup = true\n[persistence."/p"]\nfiles = ["a"]')),
    ).toEqual(["5: unknown key `bakcup`", "7: `a` is not an absolute path"]);
    expect(complaints(block("toml", 'files = [\n  "/a",\n  "/a",\n]'))[0]).toStartWith(
      "6: the target /a is given twice",
    );
  });

  test("are found in transcripts that show the file", () => {
    const transcript = "$ cat /etc/imp/imp.toml\nbackup = true\nbakcup = true\n\n$ imp list\nbogus = 1";
    expect(complaints(block("console", transcript))).toEqual(["6: unknown key `bakcup`"]);
  });

  test("may be what --json prints, and have to be as its schema says", () => {
    expect(complaints(block("json", '{ "ok": true, "command": "delete", "deleted": [1] }'))).toEqual([]);
    expect(complaints(block("json", '{ "ok": true, "command": "delete", "removed": [1] }'))).toHaveLength(1);
    expect(complaints(block("json", "{ ok: true }"))[0]).toStartWith("4: no valid JSON");
    expect(complaints(block("json", '{ "anything": 1 }'))).toEqual([]);
  });
});

describe("links in documents", () => {
  test("lead to files and headings that exist", () => {
    expect(
      complaints("# One two\n[a](#one-two) [b](docs/design.md) [c](docs/json.md#entry) <https://x.org/#y>"),
    ).toEqual([]);
    expect(
      complaints("one\n[a](#three)\n[b](docs/none.md)\n![c](docs/none.svg)\n[d](docs/json.md#none)"),
    ).toEqual([
      "2: the link #three leads to no heading",
      "3: the link docs/none.md leads nowhere",
      "4: the link docs/none.svg leads nowhere",
      "5: the link docs/json.md#none leads to no heading",
    ]);
    expect(complaints('<img src="docs/none.svg">')).toEqual(["1: the link docs/none.svg leads nowhere"]);
    expect(complaints("[a]: ../outside.md")).toHaveLength(1);
  });

  test("may be paths between backticks", () => {
    expect(complaints("`src/cli/program.ts`, `src/plan/`, `src/commands/NAME.ts`, `test/*.ts`")).toEqual([]);
    expect(complaints("`src/no/such.ts`")).toEqual(["1: there is no src/no/such.ts"]);
  });
});

test("the script names file and line, and fails", () => {
  const folder = mkdtempSync(join(tmpdir(), "imp-docs-"));
  try {
    const document = join(folder, "wrong.md");
    writeFileSync(document, block("sh", "imp bogus"));
    const script = join(repository, "scripts/check-docs.ts");
    const { exitCode, stderr } = Bun.spawnSync([process.execPath, script, document]);
    expect(stderr.toString()).toBe(`${document}:4: there is no command \`bogus\`\n`);
    expect(exitCode).toBe(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
