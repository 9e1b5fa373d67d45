import { type Mount, type MountTable, mountTable } from "../../src/model/mount.ts";
import { join } from "../../src/model/path.ts";
import { type Dentry, type ModelFilesystem, pathWithin } from "./filesystem.ts";

/** A mount of the model: what it shows, and where it is attached. */
export interface ModelMount {
  readonly id: number;
  readonly filesystem: ModelFilesystem;
  readonly root: Dentry;
  /** Null for the outermost mount. */
  attached: Position | null;
  options: readonly string[];
  /** What is mounted on it, by the name that it is attached to. */
  readonly children: Map<Dentry, ModelMount>;
}

/** A place as the kernel knows it: a name, and the mount that it is seen through. */
export interface Position {
  readonly mount: ModelMount;
  readonly dentry: Dentry;
}

/** A Linux system in memory: filesystems, and the tree of mounts that shows them. */
export interface World {
  root: ModelMount;
  /** All mounts that are attached somewhere, in the order in which they came. */
  readonly mounts: Set<ModelMount>;
  /** Filesystems by device, mounted or not. */
  readonly filesystems: Map<string, ModelFilesystem>;
  /** The lines that hide mounts, see {@link hidingLine}. */
  readonly hiding: Set<string>;
  nextMountId: number;
}

/** A kernel that says no. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly code: string,
    what: string,
  ) {
    super(`${code}: ${what}`);
  }
}

export const usualOptions = ["rw", "relatime"];

export function createWorld(root: ModelFilesystem): World {
  const mount: ModelMount = {
    id: 1,
    filesystem: root,
    root: root.root,
    attached: null,
    options: usualOptions,
    children: new Map(),
  };
  return {
    root: mount,
    mounts: new Set([mount]),
    filesystems: new Map([[root.device, root]]),
    hiding: new Set(),
    nextMountId: 2,
  };
}

/** A copy that shares nothing with the original. */
export function copyWorld(world: World): World {
  return structuredClone(world);
}

/** Mounts what `root` stands for at a position, which is crossed first. */
export function attachMount(
  world: World,
  position: Position,
  filesystem: ModelFilesystem,
  root: Dentry,
  options: readonly string[] = usualOptions,
): ModelMount {
  const attached = cross(position);
  const [above, below] = [root.inode.content.kind, attached.dentry.inode.content.kind];
  if ((above === "directory") !== (below === "directory"))
    throw new Refusal("ENOTDIR", `a ${above} on a ${below}`);
  const mount: ModelMount = {
    id: world.nextMountId,
    filesystem,
    root,
    attached,
    options,
    children: new Map(),
  };
  world.nextMountId += 1;
  attached.mount.children.set(attached.dentry, mount);
  world.mounts.add(mount);
  world.filesystems.set(filesystem.device, filesystem);
  return mount;
}

export function detachMount(world: World, mount: ModelMount): void {
  if (mount.attached === null) throw new Refusal("EINVAL", "the outermost mount");
  if (mount.children.size > 0) throw new Refusal("EBUSY", "something is mounted on it");
  mount.attached.mount.children.delete(mount.attached.dentry);
  world.mounts.delete(mount);
}

/** The position that a person meets: on top of all that is mounted there. */
export function cross(position: Position): Position {
  let top = position;
  for (;;) {
    const above = top.mount.children.get(top.dentry);
    if (above === undefined) return top;
    top = { mount: above, dentry: above.root };
  }
}

/** True if something is mounted on this name, through whatever mount it is seen. */
export function isMountPoint(world: World, dentry: Dentry): boolean {
  for (const mount of world.mounts) {
    if (mount.attached?.dentry === dentry) return true;
  }
  return false;
}

export function mountPointOf(mount: ModelMount): string {
  if (mount.attached === null) return "/";
  return pathThrough(mount.attached);
}

/** The path that leads to a position, if nothing hides it. */
function pathThrough({ mount, dentry }: Position): string {
  const names: string[] = [];
  for (let current = dentry; current !== mount.root && current.parent !== null; current = current.parent) {
    names.unshift(current.name);
  }
  return names.reduce(join, mountPointOf(mount));
}

/** One line of mountinfo. */
export function describeMount(mount: ModelMount): Mount {
  return {
    id: mount.id,
    parent: mount.attached?.mount.id ?? 0,
    device: mount.filesystem.device,
    root: pathWithin(mount.root),
    deleted: mount.root.gone,
    mountPoint: mountPointOf(mount),
    options: mount.options,
    filesystem: mount.filesystem.type,
    from: mount.filesystem.from,
  };
}

/** What says of a mount that it is hidden: of all that are mounted there and show the same, as in libmount's file. */
export function hidingLine({ mountPoint, from, root }: Mount): string {
  return `${mountPoint} ${from} ${root}`;
}

export function setHidden(world: World, mount: ModelMount, hidden: boolean): void {
  const line = hidingLine(describeMount(mount));
  if (hidden) world.hiding.add(line);
  else world.hiding.delete(line);
}

export function readMountTable(world: World): MountTable {
  return mountTable([...world.mounts].map(describeMount));
}
