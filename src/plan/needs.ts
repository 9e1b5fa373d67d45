import type { Entry, Manifest } from "../model/manifest.ts";
import { ancestorsOf } from "../model/path.ts";

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

export function needsOf(active: Manifest, wanted: Manifest): Needs {
  const aboveTargets = new Set<string>();
  const storage = new Set<string>();
  for (const { target, source } of wanted.entries) {
    addWithAncestors(aboveTargets, ancestorsOf(target));
    addWithAncestors(storage, [source, ...ancestorsOf(source)]);
  }
  const before = new Set(active.entries.map(({ target }) => target));
  const after = new Set(wanted.entries.map(({ target }) => target));
  return {
    wanted: new Map(wanted.entries.map((entry) => [entry.target, entry])),
    aboveTargets,
    storage,
    isCovered(path) {
      const nearest = ancestorsOf(path).find((above) => before.has(above) || after.has(above));
      return nearest !== undefined && !before.has(nearest);
    },
    staysCovered(path) {
      if (before.has(path)) return false;
      const nearest = ancestorsOf(path).find((above) => before.has(above));
      return nearest !== undefined && after.has(nearest);
    },
  };
}

/** Where one directory is known, all above it are. */
function addWithAncestors(known: Set<string>, nearestFirst: readonly string[]): void {
  for (const path of nearestFirst) {
    if (known.has(path)) return;
    known.add(path);
  }
}
