import type { Entry } from "../model/manifest.ts";
import { Failure, type Problem } from "../model/problem.ts";
import type { Accounts } from "./accounts.ts";
import type { Config } from "./judge.ts";
import { readPlain } from "./read.ts";
import { readPlaced } from "./read-placed.ts";

/** For the tests beside this file: a system with a few users, and configurations read from literal text. */

const ids: Readonly<Record<string, number>> = { root: 0, colord: 107, postgres: 112, user: 1000 };

function find(name: string) {
  const id = ids[name];
  return id === undefined ? null : { name, id };
}

export const testAccounts: Accounts = { user: find, group: find };

/** As `readConfig`, which loads the second only when it is needed. */
export function read(text: string): Config {
  return readPlain(text, "imp.toml", testAccounts) ?? readPlaced(text, "imp.toml", testAccounts);
}

/** The only entry of a configuration. */
export function onlyEntry(text: string): Entry {
  const { entries } = read(text).manifest;
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) throw new Error(`${entries.length} entries`);
  return entry;
}

/** The problems of a configuration that is refused. */
export function problemsOf(text: string): readonly Problem[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof Failure && error.exitCode === 2) return error.problems;
    throw error;
  }
  throw new Error(`accepted:\n${text}`);
}

/** `LINE:COLUMN+LENGTH message` of each. */
export function brief(problems: readonly Problem[]): string[] {
  return problems.map(({ place, message }) => `${place?.line}:${place?.column}+${place?.length} ${message}`);
}

/** The problems of a refused configuration, in brief. */
export function refusals(text: string): string[] {
  return brief(problemsOf(text));
}

/** The help of the only problem. */
export function onlyHelp(text: string): string {
  const problems = problemsOf(text);
  if (problems.length !== 1) throw new Error(brief(problems).join("\n"));
  return problems[0]?.help ?? "";
}
