import { isBelow, parentOf } from "./path.ts";

/** One line of `/proc/self/mountinfo` (proc_pid_mountinfo(5)). */
export interface Mount {
  readonly id: number;
  readonly parent: number;
  /** `major:minor` of the filesystem. */
  readonly device: string;
  /** The directory of the filesystem that this mount shows. */
  readonly root: string;
  /** True if what the mount shows was deleted since (mountinfo appends `//deleted`). */
  readonly deleted: boolean;
  readonly mountPoint: string;
  /** Options of this mount, such as `ro` and `nosuid`, not of its filesystem. */
  readonly options: readonly string[];
  readonly filesystem: string;
  /** What the filesystem was mounted from. */
  readonly from: string;
}

/** All mounts of a mount namespace, with indexes for going from one to the next. */
export interface MountTable {
  readonly mounts: readonly Mount[];
  /** The mount that `/` leads to. */
  readonly root: Mount;
  readonly byId: ReadonlyMap<number, Mount>;
  /** The mounts that are attached to a mount, by that one's id. */
  readonly attachedTo: ReadonlyMap<number, readonly Mount[]>;
  /** Mounts by the id of the one that they are attached to, and then by their mount point. */
  readonly byAttachment: ByAttachment;
  /** All mounts that carry a mount point, visible or not; worked out when it is first asked for. */
  readonly byMountPoint: ReadonlyMap<string, readonly Mount[]>;
  /** The ways to paths that were asked for, see {@link mountsOnTheWay}: a table never changes. */
  readonly ways: Map<string, readonly Mount[]>;
}

type ByAttachment = ReadonlyMap<number, ReadonlyMap<string, Mount>>;

export function mountTable(mounts: readonly Mount[]): MountTable {
  const byId = new Map(mounts.map((mount) => [mount.id, mount]));
  const isOutermost = (mount: Mount) => !byId.has(mount.parent) || mount.parent === mount.id;
  const root =
    mounts.find((mount) => mount.mountPoint === "/" && isOutermost(mount)) ?? unlistedRoot(mounts, byId);
  const attached = mounts.filter((mount) => mount !== root);
  const attachedTo = Map.groupBy(attached, ({ parent }) => parent);
  const byAttachment = new Map<number, ReadonlyMap<string, Mount>>();
  for (const [parent, children] of attachedTo) {
    byAttachment.set(parent, new Map(children.map((mount) => [mount.mountPoint, mount])));
  }
  const top = topOfStack(byAttachment, root);
  let byMountPoint: ReadonlyMap<string, readonly Mount[]> | null = null;
  return {
    mounts,
    root: top,
    byId,
    attachedTo,
    byAttachment,
    ways: new Map([["/", [top]]]),
    get byMountPoint() {
      byMountPoint ??= Map.groupBy(mounts, ({ mountPoint }) => mountPoint);
      return byMountPoint;
    },
  };
}

/** In a chroot the mount that `/` lies on is not listed: its id is known only as a parent, its device not at all. */
function unlistedRoot(mounts: readonly Mount[], byId: ReadonlyMap<number, Mount>): Mount {
  return {
    id: mounts.find((mount) => !byId.has(mount.parent))?.parent ?? 0,
    parent: 0,
    device: unknownDevice,
    root: "/",
    deleted: false,
    mountPoint: "/",
    options: [],
    filesystem: "",
    from: "",
  };
}

/** The device of a mount that mountinfo does not list. */
export const unknownDevice = "";

/** The mount that covers `mount` at the very same place, or else `mount` itself. */
function topOfStack(byAttachment: ByAttachment, mount: Mount): Mount {
  let top = mount;
  for (;;) {
    const above = byAttachment.get(top.id)?.get(top.mountPoint);
    if (above === undefined) return top;
    top = above;
  }
}

/**
 * The mounts that the way to `path` (without symlinks) leads through, the outermost first and the one that is visible
 * at `path` last. The walk goes from mount to mount as the kernel's does, so mounts that another one hides do not count.
 */
export function mountsOnTheWay(table: MountTable, path: string): readonly Mount[] {
  const known = table.ways.get(path);
  if (known !== undefined) return known;
  const above = mountsOnTheWay(table, parentOf(path));
  const next = table.byAttachment.get((above.at(-1) ?? table.root).id)?.get(path);
  const way = next === undefined ? above : [...above, topOfStack(table.byAttachment, next)];
  table.ways.set(path, way);
  return way;
}

/** The mount that a person meets at `path` (a path without symlinks). */
export function visibleMount(table: MountTable, path: string): Mount {
  return mountsOnTheWay(table, path).at(-1) ?? table.root;
}

/** The mount that is visible at just this mount point, or null if none is. */
export function mountAt(table: MountTable, mountPoint: string): Mount | null {
  const visible = visibleMount(table, mountPoint);
  return visible.mountPoint === mountPoint ? visible : null;
}

/** The mounts that are attached to `mount` strictly below its mount point. */
export function mountsOn(table: MountTable, mount: Mount): Mount[] {
  return (table.attachedTo.get(mount.id) ?? []).filter((other) =>
    isBelow(other.mountPoint, mount.mountPoint),
  );
}

/** The mount right below `mount` at the same place, or null. */
export function coveredMount(table: MountTable, mount: Mount): Mount | null {
  const below = table.byId.get(mount.parent);
  return below?.mountPoint === mount.mountPoint ? below : null;
}
