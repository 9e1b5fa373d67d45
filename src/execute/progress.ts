import type { Step } from "../model/plan.ts";

/** What a command is at; told often, for whoever shows it. */
export type Progress =
  /** This step comes next; `done` of `total` are done. Of many that are over soon, some are told. */
  | { readonly kind: "step"; readonly step: Step; readonly done: number; readonly total: number }
  /** A copy is under way; the sums so far. */
  | { readonly kind: "copy"; readonly from: string; readonly files: number; readonly bytes: number }
  /** A copy is being brought to the disk: nothing more is heard until it is there. */
  | { readonly kind: "sync"; readonly to: string; readonly bytes: number }
  /** The steps are being taken back. */
  | { readonly kind: "undo" };

export type Watch = (progress: Progress) => void;

/** Milliseconds. Nobody sees more, and to tell of a step takes as long as a system call. */
const betweenSteps = 10;

/** Tells of a step that comes next, unless another one was told of just now and this one is over soon, too. */
export function sparingly(watch: Watch): (step: Step, done: number, total: number) => void {
  let next = 0;
  return (step, done, total) => {
    const now = performance.now();
    if (now < next && !canTakeLong(step)) return;
    next = now + betweenSteps;
    watch({ kind: "step", step, done, total });
  };
}

function canTakeLong({ kind }: Step): boolean {
  return kind === "copy-source" || kind === "adopt-file" || kind === "unlink-to-copy";
}
