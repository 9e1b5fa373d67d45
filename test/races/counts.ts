import type { Result } from "../machine/machine.ts";

/** What became of the rounds of a scenario. */
export class Counts {
  readonly name: string;
  rounds = 0;
  done = 0;
  /** Refused while planning. */
  refused = 0;
  /** Refused by a step, and all steps before it undone. */
  undone = 0;
  /** As before, but it took the next command to undo them. */
  settled = 0;
  /** Entries that the command left as they were, for they could not be seen while it was planned. */
  left = 0;
  swaps = 0;
  milliseconds = 0;
  /** By kind: steps carried out under attack, those that were undone later included. */
  readonly steps = new Map<string, number>();
  /** By kind: steps that were refused under attack. */
  readonly refusals = new Map<string, number>();
  /** First lines of what was said, with numbers left out. */
  readonly reasons = new Map<string, number>();

  constructor(name: string) {
    this.name = name;
  }

  /** Counts the steps of a plan as far as they were carried out. */
  count(steps: readonly PlannedStep[], outcome: Outcome): void {
    const end = outcome.exitCode === 0 ? steps.length : steps.findIndex((step) => isFailed(step, outcome));
    for (const { kind } of steps.slice(0, Math.max(0, end))) add(this.steps, kind);
    const failed = outcome.exitCode === 0 ? undefined : steps[end];
    if (failed !== undefined) add(this.refusals, failed.kind);
    const [reason] = outcome.messages;
    if (reason !== undefined) add(this.reasons, reason.replace(/\d+/g, "N").replace(/imp-\w+/g, "imp-N"));
  }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** A step as `--json` prints it. */
export interface PlannedStep {
  readonly kind: string;
  readonly path: string;
  readonly from: string | null;
}

/** What a command with `--json` printed. */
export interface Outcome {
  readonly exitCode: number;
  readonly steps: readonly PlannedStep[];
  /** Errors and warnings, in this order. */
  readonly messages: readonly string[];
}

export function outcomeOf({ exitCode, stdout, stderr }: Result): Outcome {
  // Whatever happens, one object and nothing else.
  if (stderr !== "") throw new Error(`stderr with --json: ${stderr}`);
  const { steps = [], error, warnings = [] } = JSON.parse(stdout);
  const messages = [...(error?.problems ?? []), ...warnings].map(
    ({ message }: { message: string }) => message,
  );
  return { exitCode, steps, messages };
}

/** How an error begins that a step of this kind meets (execute/step-context.ts). */
const attempts: Readonly<Record<string, string>> = {
  "create-directory": "create the directory",
  "create-file": "create the file",
  "copy-source": "copy",
  "set-access": "change owner and mode of",
  "back-up": "rename",
  "put-back": "rename",
  mount: "create mount at",
  "replace-mount": "create mount at",
  "set-mount-options": "change the options of the mount at",
  unmount: "unmount",
  link: "create symlink at",
  "replace-link": "create symlink at",
  "exchange-for-link": "create symlink at",
  "replace-file": "create symlink at",
  unlink: "remove the symlink",
  "unlink-to-copy": "remove the symlink",
  "set-aside": "remove",
};

function isFailed({ kind, path, from }: PlannedStep, { messages: [message = ""] }: Outcome): boolean {
  return [path, from].some((place) => message.startsWith(`Failed to ${attempts[kind]} ${place}`));
}
