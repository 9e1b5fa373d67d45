import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Decision, decide, type Repair } from "./auto-fix/decide.ts";
import { mend } from "./auto-fix/mend.ts";
import { propose } from "./auto-fix/propose.ts";
import { type Outcome, pullRequest } from "./auto-fix/pull-request.ts";
import { readJobs, readRun } from "./auto-fix/run.ts";

/**
 * The three jobs of .github/workflows/auto-fix.yml; .github/AUTO_FIX.md tells the whole. It is run by Node.js alone, so
 * nothing has to be installed beside secrets and tokens. All that comes from outside is in the environment:
 *
 * decide   GITHUB_EVENT_PATH, JOBS (a file with the jobs of the run), HAS_KEY (true or false); writes GITHUB_OUTPUT
 * mend     DECISION, WORKSPACE, RESULT (a folder for `changes.patch` and `outcomes.json`), MODEL, DEBUG
 * propose  DECISION, WORKSPACE, RESULT
 */

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`the variable ${name} is not set`);
  return value;
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
const repair = () => JSON.parse(variable("DECISION")) as Repair;
const result = (name: string) => join(resolve(variable("RESULT")), name);

const actions: Readonly<Record<string, () => void>> = {
  decide: () => {
    const run = readRun(readJson(variable("GITHUB_EVENT_PATH")));
    const decision: Decision = decide(
      run,
      readJobs(readJson(variable("JOBS"))),
      variable("HAS_KEY") === "true",
    );
    console.log(
      decision.action === "skip"
        ? `nothing to do: ${decision.reason}`
        : `to mend: ${decision.fixes.join(", ")}`,
    );
    // JSON has no line breaks of its own, so nobody's branch or commit can add another output.
    appendFileSync(
      variable("GITHUB_OUTPUT"),
      `action=${decision.action}\ndecision=${JSON.stringify(decision)}\n`,
    );
  },
  mend: () => {
    const { outcomes, patch } = mend(repair().fixes, {
      workspace: resolve(variable("WORKSPACE")),
      environment: process.env,
      model: process.env["MODEL"] || null,
      debug: process.env["DEBUG"] === "true",
    });
    mkdirSync(result("."), { recursive: true });
    writeFileSync(result("changes.patch"), patch);
    writeFileSync(result("outcomes.json"), JSON.stringify(outcomes));
    console.log(patch === "" ? "nothing was changed" : `changed:\n${patch}`);
    appendFileSync(variable("GITHUB_OUTPUT"), `changed=${patch !== ""}\n`);
  },
  propose: () => {
    const wanted = pullRequest(repair(), readJson(result("outcomes.json")) as readonly Outcome[]);
    writeFileSync(result("body.md"), wanted.body);
    propose(wanted, {
      workspace: resolve(variable("WORKSPACE")),
      environment: process.env,
      patch: result("changes.patch"),
      bodyFile: result("body.md"),
    });
  },
};

const action = actions[process.argv[2] ?? ""];
if (action === undefined)
  throw new Error(`usage: node scripts/auto-fix.ts ${Object.keys(actions).join("|")}`);
action();
