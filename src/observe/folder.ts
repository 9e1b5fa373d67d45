import { isEmptyDirectory, readLinkOrNull } from "../linux/directory-entries.ts";
import { isSystemError } from "../linux/ffi.ts";
import { closeDescriptor, openDirectoryWithoutLinks } from "../linux/open.ts";
import { glimpseAt, isFreeName, statDescriptor } from "../linux/stat.ts";
import { type Mount, type MountTable, visibleMount } from "../model/mount.ts";
import type { Folder, Glimpse } from "../model/observation.ts";
import { objectOf } from "./node.ts";

/** A directory that is held open; once closed, it is opened anew when it is asked again. */
export interface OpenFolder extends Folder {
  close(): void;
}

/**
 * The directory at `path` for quick looks; null if no way without symlinks leads there, or it lies on another mount than
 * the table says. What can't be seen at a glance is looked at with care by whoever asked, and reported then.
 */
export function openFolder(mounts: MountTable, path: string): OpenFolder | null {
  let descriptor = openDirectoryWithoutLinks(path);
  if (descriptor < 0) return null;
  const mount = visibleMount(mounts, path);
  const own = statDescriptor(descriptor);
  if (!isOn(own.mountId, mount)) {
    closeDescriptor(descriptor);
    return null;
  }
  const nameStart = path === "/" ? 1 : path.length + 1;

  function close(): void {
    if (descriptor >= 0) closeDescriptor(descriptor);
    descriptor = -1;
  }

  /** False if it can't be had any more. */
  function isOpen(): boolean {
    if (descriptor < 0) descriptor = openDirectoryWithoutLinks(path);
    return descriptor >= 0;
  }

  function glance(at: string, on: Mount): Glimpse | null {
    if (descriptor < 0 && !isOpen()) return null;
    const glimpse = glimpseAt(descriptor, at.slice(nameStart));
    return glimpse !== null && isOn(glimpse.mountId, on) ? glimpse : null;
  }

  function isFree(at: string): boolean {
    return isOpen() && isFreeName(descriptor, at.slice(nameStart));
  }

  function isEmpty(at: string): boolean {
    try {
      return isOpen() && isEmptyDirectory(descriptor, at.slice(nameStart));
    } catch (error) {
      if (isSystemError(error)) return false;
      throw error;
    }
  }

  function linkText(at: string): string | null {
    if (descriptor < 0 && !isOpen()) return null;
    return readLinkOrNull(descriptor, at.slice(nameStart));
  }

  return { node: { kind: "directory", ...objectOf(own) }, mount, glance, isFree, isEmpty, linkText, close };
}

/** Older kernels don't tell the mount (STATX_MNT_ID, Linux 5.8). */
function isOn(mountId: number, mount: Mount): boolean {
  return mountId === 0 || mountId === mount.id;
}
