import { type Mount, type MountTable, mountAt } from "../../model/mount.ts";
import { ancestorsOf } from "../../model/path.ts";
import { type KeyedView, keysAbove, viewOf } from "./keyed-view.ts";

/** The mounts that lie in something, for questions that are asked with each entry. */
export interface MountsWithin {
  /** The visible mounts strictly below a path (without symlinks). */
  below(path: string): readonly Mount[];
  /**
   * The mounts that are attached to the very object of a view, or to something in it, by whatever path: it can't be
   * renamed or removed, or they would move with it.
   */
  upon(view: KeyedView): readonly Mount[];
}

/** Both answers are worked out for all mounts when the first of their kind is asked for. */
export function mountsWithin(table: MountTable): MountsWithin {
  let byAncestor: Index | null = null;
  let byKey: Index | null = null;
  return {
    below(path) {
      byAncestor ??= visibleByAncestor(table);
      return byAncestor.get(path) ?? [];
    },
    upon({ key }) {
      byKey ??= allByKey(table);
      return byKey.get(key) ?? [];
    },
  };
}

type Index = ReadonlyMap<string, readonly Mount[]>;

function visibleByAncestor(table: MountTable): Index {
  const index = new Map<string, Mount[]>();
  for (const mount of table.mounts) {
    if (mountAt(table, mount.mountPoint) !== mount) continue;
    for (const ancestor of ancestorsOf(mount.mountPoint)) add(index, ancestor, mount);
  }
  return index;
}

function allByKey(table: MountTable): Index {
  const index = new Map<string, Mount[]>();
  for (const mount of table.mounts) {
    const { key } = viewOf(table, mount.mountPoint, mount);
    for (const place of [key, ...keysAbove(key)]) add(index, place, mount);
  }
  return index;
}

function add(index: Map<string, Mount[]>, key: string, mount: Mount): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [mount]);
  else list.push(mount);
}
