import { isSystemError } from "../linux/ffi.ts";
import { type Stat, statAt, statDescriptor } from "../linux/stat.ts";
import { readLinkIfThere } from "../linux/walk-by-name.ts";
import { type Mount, type MountTable, visibleMount } from "../model/mount.ts";
import type { Folder } from "../model/observation.ts";
import { nameOf } from "../model/path.ts";
import { objectOf } from "./node.ts";

/**
 * The directory at `path` for quick looks; null if it can't be had, or lies on another mount than the table says.
 * @param open gives a descriptor of it, which stays open until the next call; null if no way without symlinks leads there
 */
export function folderAt(mounts: MountTable, path: string, open: () => number | null): Folder | null {
  const descriptor = open();
  if (descriptor === null) return null;
  const mount = visibleMount(mounts, path);
  const own = statDescriptor(descriptor);
  if (!isOn(own, mount)) return null;
  return {
    node: { kind: "directory", ...objectOf(own) },
    mount,
    glance(at, on) {
      const directory = open();
      const stat = directory === null ? null : orNull(() => statAt(directory, nameOf(at)));
      return stat !== null && isOn(stat, on) ? stat : null;
    },
    linkText(at) {
      const directory = open();
      return directory === null ? null : orNull(() => readLinkIfThere(directory, nameOf(at)));
    },
  };
}

/** Older kernels don't tell the mount (STATX_MNT_ID, Linux 5.8). */
function isOn({ mountId }: Stat, mount: Mount): boolean {
  return mountId === 0 || mountId === mount.id;
}

/** What can't be seen at a glance is looked at with care, and reported then. */
function orNull<T>(look: () => T | null): T | null {
  try {
    return look();
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
}
