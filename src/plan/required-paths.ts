import type { Entry } from "../model/manifest.ts";
import { ancestorsOf, parentOf } from "../model/path.ts";

/** The paths that wanted entries need, as they are written. */
export interface Needs {
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
export function needsOf(active: ReadonlyMap<string, Entry>, wanted: ReadonlyMap<string, Entry>): Needs {
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

function withAncestors(paths: readonly string[]): Set<string> {
  const known = new Set<string>();
  for (const path of paths) {
    // Where one directory is known, all above it are.
    for (let above = path; !known.has(above); above = parentOf(above)) known.add(above);
  }
  return known;
}
