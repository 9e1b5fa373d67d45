import type { Effect } from "../../model/generation.ts";
import type { Observed } from "../../model/observation.ts";
import type { Conflict, Notice, Step } from "../../model/plan.ts";
import type { ActiveState } from "../active-state.ts";
import type { NameBeside } from "../draft.ts";
import type { EffectIndex } from "../effects.ts";
import type { PlannedTree } from "../planned-tree.ts";
import type { RequiredPaths } from "../required-paths.ts";
import type { MountsWithin } from "../resolve/mounts-within.ts";

/** What has to be known to tell which symlinks go and which backups come back. */
export interface WithdrawalRequest {
  readonly activeState: ActiveState;
  readonly observed: Observed;
  readonly tree: PlannedTree;
  readonly effects: EffectIndex;
  readonly required: RequiredPaths;
  readonly mountsWithin: MountsWithin;
  readonly nameBeside: NameBeside;
}

/** A step that takes something away or puts it back, with the place that decides its order. */
export interface Removal {
  /** Without symlinks. */
  readonly path: string;
  readonly rank: "entry" | "made" | "backup";
  readonly step: Step;
}

/** Symlinks that go and backups that come back. */
export interface Withdrawal {
  /** What lies deepest goes first. */
  readonly removals: Removal[];
  /** Only once the mounts have gone that lie over it; what lies deepest comes last. */
  readonly uncovered: Removal[];
  readonly conflicts: Conflict[];
  readonly notices: Notice[];
  readonly endedEffects: Set<Effect>;
  /** Keys of the places that backups come back to. */
  readonly vacated: Set<string>;
}

export function newWithdrawal(): Withdrawal {
  return {
    removals: [],
    uncovered: [],
    conflicts: [],
    notices: [],
    endedEffects: new Set(),
    vacated: new Set(),
  };
}
