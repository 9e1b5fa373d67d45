import { type Mount, type MountTable, mountAt } from "../../model/mount.ts";
import { ancestorsOf, isBelow } from "../../model/path.ts";
import { type KeyedView, keysAbove, viewOf } from "./keyed-view.ts";

/** Questions about all mounts that may be asked for each entry, so the answers to all of them are worked out once. */
interface Indexes {
  /** How often mounts below a path were looked for one by one: that is quicker for a few paths. */
  searches: number;
  byAncestor: ReadonlyMap<string, readonly Mount[]> | null;
  byPlace: ReadonlyMap<string, readonly Mount[]> | null;
}

const indexes = new WeakMap<MountTable, Indexes>();
const fewSearches = 8;

/** The visible mounts strictly below a path (without symlinks). */
export function mountsInside(table: MountTable, path: string): readonly Mount[] {
  const known = indexesOf(table);
  if (known.byAncestor === null) {
    known.searches += 1;
    if (known.searches <= fewSearches) return searchBelow(table, path);
    known.byAncestor = visibleByAncestor(table);
  }
  return known.byAncestor.get(path) ?? [];
}

/**
 * The mounts that are attached to the very object at a view, or to something in it, by whatever path: it can't be
 * renamed or removed, or they would move with it.
 */
export function mountsUpon(table: MountTable, view: KeyedView): readonly Mount[] {
  const known = indexesOf(table);
  known.byPlace ??= allByPlace(table);
  return known.byPlace.get(view.key) ?? [];
}

function indexesOf(table: MountTable): Indexes {
  const known = indexes.get(table);
  if (known !== undefined) return known;
  const made = { searches: 0, byAncestor: null, byPlace: null };
  indexes.set(table, made);
  return made;
}

function searchBelow(table: MountTable, path: string): readonly Mount[] {
  return table.mounts.filter(
    (mount) => isBelow(mount.mountPoint, path) && mountAt(table, mount.mountPoint) === mount,
  );
}

function visibleByAncestor(table: MountTable): ReadonlyMap<string, readonly Mount[]> {
  const index = new Map<string, Mount[]>();
  for (const mount of table.mounts) {
    if (mountAt(table, mount.mountPoint) !== mount) continue;
    for (const ancestor of ancestorsOf(mount.mountPoint)) add(index, ancestor, mount);
  }
  return index;
}

function allByPlace(table: MountTable): ReadonlyMap<string, readonly Mount[]> {
  const index = new Map<string, Mount[]>();
  for (const mount of table.mounts) {
    const key = viewOf(table, mount.mountPoint, mount).key;
    for (const place of [key, ...keysAbove(key)]) add(index, place, mount);
  }
  return index;
}

function add(index: Map<string, Mount[]>, key: string, mount: Mount): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [mount]);
  else list.push(mount);
}
