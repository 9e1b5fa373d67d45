import { nameOf, parentOf } from "../../src/model/path.ts";
import { type Machine, type ObjectPlan, putObject, restartMachine, visiblePaths } from "./build.ts";
import {
  createFilesystem,
  createObject,
  type Dentry,
  type ModelFilesystem,
  namesIn,
  removeName,
  rootAccess,
} from "./filesystem.ts";
import { lookUp, walk } from "./walk.ts";
import {
  attachMount,
  detachMount,
  isMountPoint,
  type ModelMount,
  Refusal,
  setHidden,
  usualOptions,
  type World,
} from "./world.ts";

/** What happens to a machine without imp. */
export type Drift =
  | { readonly kind: "reboot" }
  /** The mount of that number, counted over. */
  | { readonly kind: "unmount"; readonly which: number }
  | { readonly kind: "remount"; readonly which: number; readonly options: readonly string[] }
  | { readonly kind: "hide"; readonly which: number; readonly hidden: boolean }
  /** A filesystem that nobody knows is mounted. */
  | { readonly kind: "mount"; readonly path: string }
  | { readonly kind: "bind"; readonly from: string; readonly path: string }
  | { readonly kind: "put"; readonly object: ObjectPlan }
  /** A program saves its file: a new one is renamed over what was there. */
  | { readonly kind: "save"; readonly path: string; readonly bytes: string }
  /** The same over the symlink of that number. */
  | { readonly kind: "save-over-link"; readonly which: number; readonly bytes: string }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "change-mode"; readonly path: string; readonly mode: number };

/** Lets it happen, as far as the kernel allows. */
export function drift(world: World, machine: Machine, event: Drift): void {
  try {
    happen(world, machine, event);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

function happen(world: World, machine: Machine, event: Drift): void {
  switch (event.kind) {
    case "reboot":
      restartMachine(world, machine);
      return;
    case "unmount": {
      const mount = chosenMount(world, event.which);
      if (mount !== null) detachMount(world, mount);
      return;
    }
    case "remount": {
      const mount = chosenMount(world, event.which);
      if (mount !== null) mount.options = event.options;
      return;
    }
    case "hide": {
      const mount = chosenMount(world, event.which);
      if (mount !== null) setHidden(world, mount, event.hidden);
      return;
    }
    case "mount": {
      const position = lookUp(world, event.path);
      const filesystem = strangeFilesystem(world);
      if (position !== null) attachMount(world, position, filesystem, filesystem.root);
      return;
    }
    case "bind": {
      const [from, position] = [lookUp(world, event.from), lookUp(world, event.path)];
      if (from === null || position === null || from.dentry.inode.content.kind === "symlink") return;
      if (position.dentry.inode.content.kind === "symlink") return;
      attachMount(world, position, from.mount.filesystem, from.dentry, usualOptions);
      return;
    }
    case "put":
      putObject(world, event.object);
      return;
    case "save":
      save(world, event.path, event.bytes);
      return;
    case "save-over-link": {
      const links = visiblePaths(world).filter(
        (path) => lookUp(world, path)?.dentry.inode.content.kind === "symlink",
      );
      const path = links[event.which % Math.max(links.length, 1)];
      if (path !== undefined) save(world, path, event.bytes);
      return;
    }
    case "remove": {
      const found = lookUp(world, event.path);
      if (found !== null && found.dentry.parent !== null)
        removeAll(world, found.mount.filesystem, found.dentry);
      return;
    }
    case "change-mode": {
      const inode = lookUp(world, event.path)?.dentry.inode;
      if (inode !== undefined && inode.content.kind !== "symlink") {
        inode.access = { ...inode.access, mode: event.mode };
      }
    }
  }
}

/** One of the mounts that came after the machine was started, or null if there are none. */
function chosenMount(world: World, which: number): ModelMount | null {
  const mounts = [...world.mounts].filter(
    ({ filesystem, root }) => root !== filesystem.root || filesystem.type === "fuse",
  );
  return mounts[which % Math.max(mounts.length, 1)] ?? null;
}

function strangeFilesystem(world: World): ModelFilesystem {
  const filesystem = createFilesystem(`7:${world.nextMountId}`, "fuse", "strange");
  for (const name of ["a", "b"]) {
    createObject(filesystem, filesystem.root, name, { kind: "directory", names: new Map() });
  }
  return filesystem;
}

function save(world: World, path: string, bytes: string): void {
  const parent = walk(world, parentOf(path));
  if (parent.kind !== "open") return;
  const { mount, dentry: directory } = parent.position;
  const old = namesIn(directory).get(nameOf(path));
  if (old !== undefined) {
    if (isMountPoint(world, old) || old.inode.content.kind === "directory") return;
    removeName(mount.filesystem, old);
  }
  createObject(mount.filesystem, directory, nameOf(path), { kind: "file", bytes }, rootAccess);
}

/** As `rm -r --one-file-system`, but nothing is removed if anything in there is a mount point. */
function removeAll(world: World, filesystem: ModelFilesystem, dentry: Dentry): void {
  if (holdsMountPoint(world, dentry)) throw new Refusal("EBUSY", dentry.name);
  for (const child of [...namesIn(dentry).values()]) removeAll(world, filesystem, child);
  removeName(filesystem, dentry);
}

function holdsMountPoint(world: World, dentry: Dentry): boolean {
  return (
    isMountPoint(world, dentry) ||
    [...namesIn(dentry).values()].some((child) => holdsMountPoint(world, child))
  );
}
