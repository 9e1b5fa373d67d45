import type { Access } from "../../src/model/object.ts";
import { join, nameOf, parentOf } from "../../src/model/path.ts";
import {
  addName,
  type Content,
  createFilesystem,
  createObject,
  type Dentry,
  type ModelFilesystem,
  namesIn,
  rootAccess,
} from "./filesystem.ts";
import { childOf, lookUp, walk } from "./walk.ts";
import { attachMount, createWorld, type World } from "./world.ts";

/** An object to be put into a world. */
export interface ObjectPlan {
  readonly path: string;
  readonly what:
    | { readonly kind: "directory" }
    | { readonly kind: "file"; readonly bytes: string }
    | { readonly kind: "symlink"; readonly text: string }
    | { readonly kind: "special"; readonly what: string }
    /** One more name of the file at that path. */
    | { readonly kind: "hard-link"; readonly to: string };
  readonly access?: Access;
}

/** A machine as it is after it was started. */
export interface Machine {
  /** What the root filesystem holds, at every start if it is ephemeral. */
  readonly objects: readonly ObjectPlan[];
  /** Filesystems that are mounted at every start, by mount point; their content stays. */
  readonly disks: readonly string[];
}

const rootDevice = "0:30";

/** A machine that was started for the first time. */
export function startMachine(machine: Machine): World {
  const world = createWorld(createFilesystem(rootDevice, "tmpfs", "tmpfs"));
  mountDisks(world, machine);
  for (const object of machine.objects) putObject(world, object);
  return world;
}

function mountDisks(world: World, machine: Machine): void {
  for (const [index, path] of machine.disks.entries()) mountDisk(world, path, `8:${index}`);
}

/** Mounts a filesystem, which is made if it does not exist yet, at a directory, which is made too. */
function mountDisk(world: World, path: string, device: string): void {
  const disk = world.filesystems.get(device) ?? createFilesystem(device, "ext4", `/dev/disk-${device}`);
  putObject(world, { path, what: { kind: "directory" } });
  const directory = lookUp(world, path);
  if (directory?.dentry.inode.content.kind === "directory") {
    attachMount(world, directory, disk, disk.root);
  }
}

/** Starts the machine again: all mounts are gone, and of the root filesystem only what every start brings. */
export function restartMachine(world: World, machine: Machine): void {
  const old = world.filesystems.get(rootDevice);
  const root = createFilesystem(rootDevice, "tmpfs", "tmpfs");
  // Objects of another start are never the same, whatever their inode numbers are.
  root.births = (old?.births ?? 0) + 1;
  world.filesystems.set(rootDevice, root);
  const first = createWorld(root).root;
  world.root = { ...first, id: world.nextMountId };
  world.nextMountId += 1;
  world.mounts.clear();
  world.hiding.clear();
  world.mounts.add(world.root);
  mountDisks(world, machine);
  for (const object of machine.objects) {
    if (deviceAbove(world, object.path) === rootDevice) putObject(world, object);
  }
}

/** The filesystem that would hold an object at `path`. */
function deviceAbove(world: World, path: string): string {
  const found = walk(world, parentOf(path));
  if (found.kind === "open") return found.position.mount.filesystem.device;
  return parentOf(path) === "/" ? rootDevice : deviceAbove(world, parentOf(path));
}

/** Puts an object into the world, with directories above it where nothing is; what stands in the way stays. */
export function putObject(world: World, object: ObjectPlan): Dentry | null {
  const parent = ensureDirectory(world, parentOf(object.path));
  if (parent === null || namesIn(parent.dentry).has(nameOf(object.path))) return null;
  const { filesystem } = parent.mount;
  const content = contentOf(object);
  if (content !== null) {
    return createObject(filesystem, parent.dentry, nameOf(object.path), content, object.access ?? rootAccess);
  }
  return object.what.kind === "hard-link" ? linkTo(world, filesystem, parent.dentry, object) : null;
}

function linkTo(
  world: World,
  filesystem: ModelFilesystem,
  directory: Dentry,
  { path, what }: ObjectPlan,
): Dentry | null {
  const found = what.kind === "hard-link" ? lookUp(world, what.to) : null;
  if (found?.dentry.inode.content.kind !== "file" || found.mount.filesystem !== filesystem) return null;
  return addName(directory, nameOf(path), found.dentry.inode);
}

function contentOf({ what }: ObjectPlan): Content | null {
  switch (what.kind) {
    case "directory":
      return { kind: "directory", names: new Map() };
    case "file":
      return { kind: "file", bytes: what.bytes };
    case "symlink":
      return { kind: "symlink", text: what.text };
    case "special":
      return { kind: "special", what: what.what };
    case "hard-link":
      return null;
  }
}

function ensureDirectory(world: World, path: string) {
  const found = walk(world, path);
  if (found.kind === "open") return found.position;
  if (found.kind !== "missing") return null;
  const above = ensureDirectory(world, parentOf(path));
  if (above === null || childOf(above, nameOf(path)) !== null) return null;
  putObject(world, { path, what: { kind: "directory" } });
  const made = walk(world, path);
  return made.kind === "open" ? made.position : null;
}

/** Short for an object in a test. */
export const directory = (path: string, access?: Access): ObjectPlan => ({
  path,
  what: { kind: "directory" },
  ...(access && { access }),
});
export const file = (path: string, bytes: string, access?: Access): ObjectPlan => ({
  path,
  what: { kind: "file", bytes },
  ...(access && { access }),
});
export const symlink = (path: string, text: string): ObjectPlan => ({
  path,
  what: { kind: "symlink", text },
});

/** All paths of a world that a person can see, mounts crossed and symlinks not followed. */
export function visiblePaths(world: World): string[] {
  const paths: string[] = [];
  const visit = (path: string) => {
    const found = lookUp(world, path);
    if (found === null) return;
    paths.push(path);
    for (const name of namesIn(found.dentry).keys()) visit(join(path, name));
  };
  visit("/");
  return paths;
}
