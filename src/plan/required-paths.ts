import type { Entry } from "../model/manifest.ts";
import { ancestorsOf, parentOf } from "../model/path.ts";
import type { MountDecisions } from "./mount-decisions.ts";
import type { KeyedView } from "./resolve/keyed-view.ts";

/** The paths that wanted entries need, as they are written. */
export interface RequiredPaths {
  readonly wanted: ReadonlyMap<string, Entry>;
  /** Directories above targets. */
  readonly aboveTargets: ReadonlySet<string>;
  /** Sources, and directories above them. */
  readonly storage: ReadonlySet<string>;
  /** True if an entry comes over the directory that holds what is at `path`, so that it can't be reached then. */
  isCovered(path: string): boolean;
  /**
   * True if something that an earlier generation left at `path` still is beneath the entry that came over it then. What
   * is seen there now is not it, but perhaps a copy.
   */
  staysCovered(path: string): boolean;
}

/** The paths are worked out when they are first asked for: only what goes, and what imp made, raises the question. */
export function requiredPathsOf(
  active: ReadonlyMap<string, Entry>,
  wanted: ReadonlyMap<string, Entry>,
): RequiredPaths {
  let aboveTargets: Set<string> | null = null;
  let storage: Set<string> | null = null;
  return {
    wanted,
    get aboveTargets() {
      aboveTargets ??= withAncestors([...wanted.keys()].map(parentOf));
      return aboveTargets;
    },
    get storage() {
      storage ??= withAncestors([...wanted.values()].map(({ source }) => source));
      return storage;
    },
    isCovered(path) {
      const nearest = ancestorsOf(path).find((above) => active.has(above) || wanted.has(above));
      return nearest !== undefined && !active.has(nearest);
    },
    staysCovered(path) {
      if (active.has(path)) return false;
      const nearest = ancestorsOf(path).find((above) => active.has(above));
      return nearest !== undefined && wanted.has(nearest);
    },
  };
}

/** The paths, and all directories above them. */
export function withAncestors(paths: readonly string[]): Set<string> {
  const known = new Set<string>();
  for (const path of paths) {
    // Where one directory is known, all above it are.
    for (let above = path; !known.has(above); above = parentOf(above)) known.add(above);
  }
  return known;
}

/** What the wanted entries use, told by keys. */
export interface RequiredKeys {
  /** Places that targets have, under what is mounted there. */
  readonly targets: ReadonlySet<string>;
  /** Places of the directories above targets. */
  readonly aboveTargets: ReadonlySet<string>;
  /** Sources, and the directories that hold them. */
  readonly storage: ReadonlySet<string>;
}

/** Worked out when they are first asked for, and once. */
export function requiredKeysOf(decisions: MountDecisions, required: RequiredPaths): () => RequiredKeys {
  const { paths } = decisions;
  const keys = (paths: Iterable<string>, viewOfPath: (path: string) => KeyedView) =>
    new Set([...paths].map((path) => viewOfPath(path).key));
  let known: RequiredKeys | null = null;
  return () => {
    known ??= {
      targets: keys(required.wanted.keys(), paths.noFollow),
      aboveTargets: keys(required.aboveTargets, paths.noFollow),
      storage: keys(required.storage, paths.follow),
    };
    return known;
  };
}
