import type { Effect } from "../model/generation.ts";
import type { Entry, Manifest, MountedEntry } from "../model/manifest.ts";
import type { Node, Observed } from "../model/observation.ts";
import { join, parentOf } from "../model/path.ts";
import type { Conflict, Finding, FindingKind, MountOptions, Notice, Step, Tidying } from "../model/plan.ts";
import type { ActiveState } from "./active-state.ts";
import type { EffectIndex } from "./effects.ts";
import type { MountDecisions } from "./mount-decisions.ts";
import type { Phase, PlannedTree } from "./planned-tree.ts";
import type { RequiredKeys } from "./required-paths.ts";
import type { MountsWithin } from "./resolve/mounts-within.ts";

/**
 * Which missing sources are created: every one (`--skip-validation`); those whose entries ask for it; or none, for what
 * was there once and is not there now is lost, or its filesystem is not mounted (`restore`).
 */
export type SourceCreation = "all" | "asked" | "none";

/** What the planner is asked. */
export interface PlanRequest {
  /** What the active generation holds; empty without one. */
  readonly active: Manifest;
  /** The effects in force. */
  readonly effects: readonly Effect[];
  readonly wanted: Manifest;
  readonly observed: Observed;
  readonly createSources: SourceCreation;
  /** Adopt every file that a program put in the place of a symlink, whatever its entry says (`--adopt-replaced`). */
  readonly adoptReplaced: boolean;
  /** The time for backup names: `YYYYMMDD_HHMMSS`, UTC. */
  readonly stamp: string;
  /** Makes the names of this command's temporary files its own. */
  readonly token: string;
}

/** A plan in the making. */
export interface Draft {
  readonly request: PlanRequest;
  /** The effects in force. */
  readonly effects: EffectIndex;
  readonly activeState: ActiveState;
  readonly decisions: MountDecisions;
  readonly tree: PlannedTree;
  readonly mountsWithin: MountsWithin;
  readonly nameBeside: NameBeside;
  readonly requiredKeys: () => RequiredKeys;
  /** Sources that can be made while everything is still in its place: copies take long. */
  readonly sourceSteps: Step[];
  readonly removalSteps: Step[];
  readonly additionSteps: Step[];
  /** What waits until the command is on record: an object that imp made can't be made the same again by undoing. */
  readonly afterwards: Tidying[];
  /** Mount options that are worked out already. */
  readonly options: Map<MountedEntry, MountOptions>;
  /** Whether what lies at a path is read-only, as far as that is found out already. */
  readonly readOnly: Map<string, boolean>;
  readonly conflicts: Conflict[];
  readonly notices: Notice[];
  readonly findings: Finding[];
  readonly found: Effect[];
  readonly endedEffects: Set<Effect>;
  /** Effects whose objects are needed where they were made: whether they still are there was not looked at. */
  readonly presumed: Set<Effect>;
  /** Conflicts and findings that were said already, and other things that are done once. */
  readonly said: Set<string>;
}

/** Gives a name for an instant's use beside a path; short, so that it fits where the name there does. */
export type NameBeside = (path: string) => string;

/** @param token makes the names this command's own */
export function temporaryNames(token: string): NameBeside {
  let given = 0;
  return (path) => {
    given += 1;
    return join(parentOf(path), `.imp-${token}-${given}`);
  };
}

/** What is known before the first step is planned. */
export type Beginnings = Pick<
  Draft,
  | "request"
  | "effects"
  | "activeState"
  | "decisions"
  | "tree"
  | "mountsWithin"
  | "nameBeside"
  | "requiredKeys"
>;

export function newDraft(beginnings: Beginnings): Draft {
  return {
    ...beginnings,
    sourceSteps: [],
    removalSteps: [],
    additionSteps: [],
    afterwards: [],
    options: new Map(),
    readOnly: new Map(),
    conflicts: [],
    notices: [],
    findings: [],
    found: [],
    endedEffects: new Set(),
    presumed: new Set(),
    said: new Set(),
  };
}

/** What will stand at `path`, under the mount of an entry at this very path. */
export function nodeUnder(draft: Draft, path: string): Node {
  return draft.tree.nodeAt(draft.decisions.paths.noFollow(path));
}

/** What `path` will lead to, through the mount of an entry at this very path. */
export function nodeBehind(draft: Draft, path: string): Node {
  return draft.tree.nodeAt(draft.decisions.paths.follow(path));
}

/** What the directory will be that `path` leads to, symlinks in its last name followed too. */
export function directoryBehind(draft: Draft, path: string): Node {
  return nodeBehind(draft, draft.decisions.paths.directoryAt(path));
}

/** The list for steps of that phase. */
export function stepsFor(draft: Draft, phase: Phase): Step[] {
  return phase === "early" ? draft.sourceSteps : draft.additionSteps;
}

/** @param entry the wanted entry in question, or only the target where an entry that goes is */
export function conflict(draft: Draft, entry: Entry | string, message: string, help?: string): void {
  const serves = typeof entry === "string" ? entry : entry.target;
  if (!isNew(draft, `conflict ${serves} ${message}`)) return;
  draft.conflicts.push({
    serves,
    ...(typeof entry === "string" ? {} : { entry }),
    message,
    ...(help === undefined ? {} : { help }),
  });
}

export function notice(draft: Draft, serves: string, message: string, help?: string): void {
  draft.notices.push({ serves, message, ...(help === undefined ? {} : { help }) });
}

export function finding(draft: Draft, serves: string, kind: FindingKind, message: string): void {
  if (isNew(draft, `finding ${serves} ${kind} ${message}`)) draft.findings.push({ serves, kind, message });
}

/** What imp made at `path` once is gone, if it has to be made again in the very same place. */
export function endMade(draft: Draft, path: string): void {
  for (const effect of draft.effects.madeAt(path)) {
    if (draft.presumed.has(effect)) draft.endedEffects.add(effect);
  }
}

function isNew(draft: Draft, text: string): boolean {
  if (draft.said.has(text)) return false;
  draft.said.add(text);
  return true;
}
