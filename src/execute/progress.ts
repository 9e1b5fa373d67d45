import type { Step } from "../model/plan.ts";

/** What a command is at; told often, for whoever shows it. */
export type Progress =
  /** This step comes next; `done` of `total` are done. */
  | { readonly kind: "step"; readonly step: Step; readonly done: number; readonly total: number }
  /** A copy is under way; the sums so far. */
  | { readonly kind: "copy"; readonly from: string; readonly files: number; readonly bytes: number }
  /** A copy is being brought to the disk: nothing more is heard until it is there. */
  | { readonly kind: "sync"; readonly to: string; readonly bytes: number }
  /** The steps are being taken back. */
  | { readonly kind: "undo" };

export type Watch = (progress: Progress) => void;
