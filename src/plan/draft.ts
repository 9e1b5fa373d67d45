import type { Effect } from "../model/generation.ts";
import type { Entry, Manifest } from "../model/manifest.ts";
import { type Mount, mountsOnTheWay } from "../model/mount.ts";
import type { DirectoryNode, Node, Observed, Spot } from "../model/observation.ts";
import { join, parentOf } from "../model/path.ts";
import type { Conflict, Finding, FindingKind, Notice, Step, Tidying } from "../model/plan.ts";
import type { Layout } from "./layout.ts";

/** What the planner is asked. */
export interface PlanRequest {
  /** What the active generation holds; empty without one. */
  readonly active: Manifest;
  /** The effects in force. */
  readonly effects: readonly Effect[];
  readonly wanted: Manifest;
  readonly observed: Observed;
  /** Create every missing source, whatever its entry says (`--skip-validation`). */
  readonly createSources: boolean;
  /** The time for backup names: `YYYYMMDD_HHMMSS`, UTC. */
  readonly stamp: string;
  /** Makes the names of this command's temporary files its own. */
  readonly token: string;
}

/** A plan in the making. `after` tells where paths lead once the plan is carried out, `before` where they lead now. */
export interface Draft {
  readonly request: PlanRequest;
  readonly before: Layout;
  readonly after: Layout;
  /** The ids of the mounts that the plan takes away. */
  readonly going: ReadonlySet<number>;
  readonly sourceSteps: Step[];
  readonly removalSteps: Step[];
  readonly additionSteps: Step[];
  readonly afterwards: Tidying[];
  readonly conflicts: Conflict[];
  readonly notices: Notice[];
  readonly findings: Finding[];
  readonly found: Effect[];
  readonly endedEffects: Set<Effect>;
  /** What earlier steps of the plan make of a place, by its path. */
  readonly changed: Map<string, Node>;
  /** A source step reads or changes what only shows once mounts have gone. */
  sourcesNeedRemovals: boolean;
  temporaryNames: number;
}

/** Where to look for what `path` will be while the plan adds things: around the mounts that go. */
export function spotAfter(draft: Draft, path: string): Spot {
  const place = draft.after.placeOf(path);
  return { path: place, beneath: firstGoing(draft, place) };
}

/** The outermost mount on the way to `path` that the plan takes away. */
export function firstGoing(draft: Draft, path: string): Mount | null {
  if (draft.going.size === 0) return null;
  const { mounts } = draft.request.observed;
  const real = draft.request.observed.real(path);
  return mountsOnTheWay(mounts, real).find((mount) => draft.going.has(mount.id)) ?? null;
}

/** What will stand at `path` once the plan's steps so far are carried out. */
export function nodeAfter(draft: Draft, path: string): Node {
  const spot = spotAfter(draft, path);
  return draft.changed.get(spot.path) ?? draft.request.observed.node(spot);
}

/** As {@link nodeAfter}, with a symlink to a directory counting as that directory. */
export function directoryAfter(draft: Draft, path: string): Node {
  const node = nodeAfter(draft, path);
  return node.kind === "symlink" ? nodeAfter(draft, `${path}/.`) : node;
}

export function setAfter(draft: Draft, path: string, node: Node): void {
  draft.changed.set(draft.after.placeOf(path), node);
}

/** A node for what a step will have created: nobody knows its identity yet. */
export function futureDirectory(access: { uid: number; gid: number; mode: number }): DirectoryNode {
  return { kind: "directory", ...access, identity: { inode: "", birth: null }, links: 2, device: "" };
}

export function conflict(draft: Draft, entry: Entry, message: string, help?: string): void {
  const known = draft.conflicts.some((other) => other.serves === entry.target && other.message === message);
  if (known) return;
  draft.conflicts.push({ serves: entry.target, entry, message, ...(help === undefined ? {} : { help }) });
}

export function notice(draft: Draft, serves: string, message: string, help?: string): void {
  draft.notices.push({ serves, message, ...(help === undefined ? {} : { help }) });
}

export function finding(draft: Draft, serves: string, kind: FindingKind, message: string): void {
  draft.findings.push({ serves, kind, message });
}

/** A free name beside `path` for an instant's use; short, so that it fits where `path` does. */
export function temporaryBeside(draft: Draft, path: string): string {
  draft.temporaryNames += 1;
  return join(parentOf(path), `.imp-${draft.request.token}-${draft.temporaryNames}`);
}
