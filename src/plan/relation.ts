import type { Observed } from "../model/observation.ts";
import { ancestorsOf, isBelow, join, nameOf, parentOf, rebase } from "../model/path.ts";
import type { Place } from "./place.ts";
import type { Settled } from "./settled.ts";
import { keyOf, keysAbove } from "./ways.ts";

/** Tells whether what happens at a path could matter to a settled entry. */
export interface Relation {
  /**
   * True if the path leads to the target or source of a settled entry, into it, or to a directory above it, be it by another
   * way than the entry's own; true as well if that can't be told, for a symlink is on the way.
   */
  concerns(path: string): boolean;
  /** Directories above the targets of settled entries. */
  readonly aboveTargets: ReadonlySet<string>;
}

export function relationTo({ entries, roots, targets, sources }: Settled, observed: Observed): Relation {
  const { mounts } = observed;
  const aboveTargets = withAncestors(targets);
  const above = withAncestors([...targets, ...sources]);
  let keys: Keys | null = null;

  function isSettledPath(path: string): boolean {
    if (entries.has(path)) return true;
    for (const root of roots) {
      if (isBelow(path, root) && entries.get(rebase(path, root, "/"))?.source === path) return true;
    }
    return false;
  }

  function concernsPath(path: string): boolean {
    return above.has(path) || isSettledPath(path) || ancestorsOf(path).some(isSettledPath);
  }

  function concernsKey(key: string): boolean {
    keys ??= keysOf(above, [...targets, ...sources], observed);
    if (keys.above.has(key)) return true;
    const places = keys.places;
    return [key, ...keysAbove(key)].some((at) => {
      const [folder] = keysAbove(at);
      if (folder === undefined) return false;
      const name = at.slice(at.lastIndexOf("/") + 1);
      return places.get(folder)?.some(({ path }) => isSettledPath(join(path, name))) ?? false;
    });
  }

  return {
    aboveTargets,
    concerns(path) {
      if (!isPlain(observed, path) || concernsPath(path)) return true;
      const shown = keyOf(mounts, { path, beneath: null });
      const folder = keyOf(mounts, { path: parentOf(path), beneath: null });
      const under = folder.endsWith("/") ? folder + nameOf(path) : `${folder}/${nameOf(path)}`;
      return concernsKey(shown) || (under !== shown && concernsKey(under));
    },
  };
}

/** What the places are in their filesystems: the same directory may be reached by several ways. */
interface Keys {
  readonly places: ReadonlyMap<string, readonly Place[]>;
  /** The places, what is above them, and what the directories above them are. */
  readonly above: ReadonlySet<string>;
}

function keysOf(paths: ReadonlySet<string>, places: readonly Place[], { mounts }: Observed): Keys {
  const above = new Set<string>();
  for (const path of paths) {
    const key = keyOf(mounts, { path, beneath: null });
    above.add(key);
    for (const upper of keysAbove(key)) above.add(upper);
  }
  return { places: Map.groupBy(places, ({ path }) => keyOf(mounts, { path, beneath: null })), above };
}

function withAncestors(places: Iterable<Place>): Set<string> {
  const paths = new Set<string>();
  for (const { path } of places) {
    paths.add(path);
    for (const above of ancestorsOf(path)) paths.add(above);
  }
  return paths;
}

/** True if no symlink is on the way to the path, as far as that exists. */
function isPlain(observed: Observed, path: string): boolean {
  for (const above of ancestorsOf(path).toReversed()) {
    const { kind } = observed.node({ path: above, beneath: null });
    if (kind === "missing") return true;
    if (kind !== "directory") return false;
  }
  return true;
}
