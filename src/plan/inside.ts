import { type Mount, type MountTable, mountAt } from "../model/mount.ts";
import type { Spot } from "../model/observation.ts";
import { ancestorsOf } from "../model/path.ts";
import { keyOf, keysAbove } from "./ways.ts";

/** Questions about all mounts that are asked for each entry, so their answers are worked out once. */
interface Indexes {
  readonly byAncestor: ReadonlyMap<string, readonly Mount[]>;
  readonly byPlace: ReadonlyMap<string, readonly Mount[]>;
}

const indexes = new WeakMap<MountTable, Indexes>();

/** The visible mounts strictly below a path (without symlinks). */
export function mountsInside(table: MountTable, path: string): readonly Mount[] {
  return indexesOf(table).byAncestor.get(path) ?? [];
}

/**
 * The mounts that are attached to the very object at a spot, or to something in it, by whatever path: it can't be
 * renamed or removed, or they would move with it.
 */
export function mountsUpon(table: MountTable, spot: Spot): readonly Mount[] {
  return indexesOf(table).byPlace.get(keyOf(table, spot)) ?? [];
}

function indexesOf(table: MountTable): Indexes {
  const known = indexes.get(table);
  if (known !== undefined) return known;
  const built = { byAncestor: visibleByAncestor(table), byPlace: allByPlace(table) };
  indexes.set(table, built);
  return built;
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
    const key = keyOf(table, { path: mount.mountPoint, beneath: mount });
    for (const place of [key, ...keysAbove(key)]) add(index, place, mount);
  }
  return index;
}

function add(index: Map<string, Mount[]>, key: string, mount: Mount): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [mount]);
  else list.push(mount);
}
