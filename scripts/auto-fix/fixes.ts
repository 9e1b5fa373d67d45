/** What auto-fix can mend, each with the job of ci.yml that finds it, the command that checks it, and the task. */
export const fixes = {
  types: {
    job: "types",
    check: "npm run check:types",
    task: "The compiler finds errors of types in this repository: `npm run check:types` shows them. Mend the code.",
  },
  lint: {
    job: "lint",
    check: "npm run check:lint",
    task: "The linters find faults in this repository: `npm run check:lint` shows them. Mend the code.",
  },
  test: {
    job: "test",
    check: "npm test",
    task:
      "Tests fail in this repository: `npm test` shows them. Find out whether the code or the test is wrong, by " +
      "README.md and docs/design.md, and mend what is wrong.",
  },
  format: {
    job: "format",
    check: "npm run check:format",
    task: "Files in this repository are not formatted: `npm run check:format` shows which. `npm run format` formats them.",
  },
} as const;

export type FixName = keyof typeof fixes;

/** In the order in which they are made: what is mended last may need formatting. */
export const fixNames = Object.keys(fixes) as readonly FixName[];

/** Of every task. */
const rules =
  "Change as little as you can. Change nothing below .github or .ci, and neither silence a rule nor delete, skip or " +
  "weaken a test. You are done when the command ends with exit code 0; it will be run to check your work.";

/** What the agent is told. */
export function taskOf(name: FixName): string {
  return `${fixes[name].task} ${rules}`;
}

/** The fix for what a job found. GitHub names the jobs of a matrix `test (x64)`. */
export function fixForJob(job: string): FixName | null {
  return fixNames.find((name) => job === fixes[name].job || job.startsWith(`${fixes[name].job} (`)) ?? null;
}
