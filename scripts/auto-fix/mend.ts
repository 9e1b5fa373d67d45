import { type FixName, fixes, taskOf } from "./fixes.ts";
import type { Outcome } from "./pull-request.ts";
import { readProgram, runProgram } from "./run-program.ts";

export interface Mending {
  /** The folder with the code that failed. */
  readonly workspace: string;
  /** What the agent's process gets; no token of GitHub's may be among it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Null for the agent's own choice. */
  readonly model: string | null;
  /** Tell every step of the agent in the log. */
  readonly debug: boolean;
}

export interface Mended {
  readonly outcomes: readonly Outcome[];
  /** All changes, as `git apply` takes them; empty if there are none. */
  readonly patch: string;
}

/** Sets the agent to one fix after the other. What it did is found in the files, whatever it says. */
export function mend(names: readonly FixName[], mending: Mending): Mended {
  const where = { cwd: mending.workspace, environment: mending.environment };
  for (const name of names) {
    const exitCode = runProgram("mini-agent-action", agentWords(name, mending), where);
    console.log(`mini-agent-action ended with exit code ${exitCode} (${name})`);
  }
  const outcomes = names.map((fix) => ({
    fix,
    passes: runProgram("sh", ["-c", fixes[fix].check], where) === 0,
  }));
  readProgram("git", ["add", "--all"], where);
  const patch = readProgram("git", ["diff", "--cached", "--binary", "HEAD"], where);
  return { outcomes, patch };
}

function agentWords(name: FixName, { model, debug }: Mending): readonly string[] {
  return [
    ...["--exec", fixes[name].check],
    ...["--task", taskOf(name)],
    ...(debug ? ["--debug"] : []),
    ...(model === null ? [] : ["--model", model]),
  ];
}
