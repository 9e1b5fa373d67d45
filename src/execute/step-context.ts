import { closeDescriptor } from "../linux/open.ts";
import type { Stat } from "../linux/stat.ts";
import type { Effect } from "../model/generation.ts";
import type { Step } from "../model/plan.ts";
import type { StorageCopies } from "./detached-mounts.ts";
import type { HeldFolders } from "./held-folders.ts";

/** What an object, or a mount of it, is known by again. */
export type Identified = Pick<Stat, "device" | "inode" | "birth" | "mountId">;

/** What carrying out a step left behind for later: for the record, for undoing it, and for the person. */
export interface Outcome {
  /** What imp made and may take away some day. */
  readonly made?: Effect;
  /** A detached copy of a mount that the step took away: undoing attaches it again. */
  readonly keptTree?: number;
  /** Instead of that: a handle of what that mount showed, in a detached copy of the mount that its source lies on. */
  readonly keptHandle?: number;
  /** What the step mounted or gave another owner or mode: undoing has to do with that very object. */
  readonly object?: Identified;
  /** What a person should know: why the step did nothing, or not all. */
  readonly notices?: readonly string[];
}

/** A step that was carried out. */
export interface Done {
  readonly step: Step;
  readonly outcome: Outcome;
}

export function releaseTrees(steps: readonly Done[]): void {
  for (const { outcome } of steps) {
    if (outcome.keptTree !== undefined) closeDescriptor(outcome.keptTree);
    if (outcome.keptHandle !== undefined) closeDescriptor(outcome.keptHandle);
  }
}

/** What carrying out steps takes besides the steps. */
export interface StepContext {
  /** Called now and then by what takes long; throws when the person wants to stop. */
  readonly stopIfAsked: () => void;
  /** Told how far a copy is. */
  readonly watch: Watch;
  /** Detach mounts that are in use instead of failing. */
  readonly lazy: boolean;
  /** Open between steps; only the kinds of steps that these know of work in them. */
  readonly folders: HeldFolders;
  /** Detached copies of the mounts that sources lie on. */
  readonly copies: StorageCopies;
}

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

/** Milliseconds. A person sees no more, and to tell of a step takes as long as a system call. */
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
