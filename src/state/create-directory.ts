import { changeMode, changeOwner } from "../linux/attributes.ts";
import { makeDirectory } from "../linux/directory-entries.ts";
import { isSystemError } from "../linux/ffi.ts";
import { sync } from "../linux/file-io.ts";
import { openForReading, openHandle, withDescriptor } from "../linux/open.ts";
import { openDirectory } from "../linux/open-directory.ts";
import type { OpenDirectory } from "../linux/path-walk.ts";
import { type Stat, statDescriptor } from "../linux/stat.ts";
import { effectiveUser } from "../linux/users.ts";
import { join, nameOf, parentOf } from "../model/path.ts";
import { failure } from "../model/problem.ts";
import type { Trusted } from "./caller.ts";
import { type OnAltered, openInside, requireOpen, requireTrust, type StateDirectory } from "./directory.ts";
import { attempting } from "./kernel-refusal.ts";
import { Unusable } from "./trouble.ts";
import { checkTrust } from "./trust.ts";

/** Deeper than any path can be (PATH_MAX holds 2,048 names). */
const mostMissing = 2048;

/**
 * Opens the state directory, and creates it first if it does not exist, missing parents included. In a run as root each
 * new directory belongs to the owner of the one that holds it, so nothing in a home becomes root's, and has mode 0755,
 * so that `imp list` works without sudo; else the umask decides. The caller closes the descriptor.
 * @throws Failure (1) if it can't be created
 * @throws Unusable (1) if root cannot trust it
 */
export function createStateDirectory(
  path: string,
  trusted: Trusted | null,
  onAltered?: OnAltered,
): StateDirectory {
  return attempting(`create the state directory ${path}`, () => {
    for (let created = 0; created < mostMissing; created += 1) {
      const result = openDirectory(path);
      if (result.kind !== "missing") {
        return { ...requireTrust(path, requireOpen(path, result), trusted), onAltered };
      }
      const distrust = checkTrust(path, trusted);
      if (distrust.length > 0) throw new Unusable(1, distrust);
      createMissing(result.at);
    }
    throw failure(1, `cannot create the state directory ${path}: it keeps vanishing`);
  });
}

/** Opens a directory inside the state directory, and creates it if it does not exist. */
export function createInside(directory: StateDirectory, name: string): StateDirectory {
  const path = join(directory.path, name);
  attempting(`create ${path}`, () => createDirectory(directory, name));
  const inside = openInside(directory, name);
  if (inside === null) throw failure(1, `cannot create ${path}: it keeps vanishing`);
  return inside;
}

/** Waits until the names in the directory are on the disk. */
export function syncDirectory(directory: OpenDirectory): void {
  withDescriptor(openForReading(directory.descriptor, "."), (readable) => {
    try {
      sync(readable);
    } catch (error) {
      // Filesystems that have nothing to wait for answer so (fsync(2)).
      if (!isSystemError(error, "EINVAL")) throw error;
    }
  });
}

/** Gives a new object the owner of the directory that holds it, and a mode for all to read; only root needs to. */
export function shareWithOwner(descriptor: number, holder: Stat, mode: number): void {
  if (effectiveUser() !== 0) return;
  const { uid, gid } = statDescriptor(descriptor);
  if (uid !== holder.uid || gid !== holder.gid) changeOwner(descriptor, holder.uid, holder.gid);
  changeMode(descriptor, mode);
}

function createMissing(path: string): void {
  const parent = parentOf(path);
  const opened = requireOpen(parent, openDirectory(parent));
  withDescriptor(opened.descriptor, () => createDirectory(opened, nameOf(path)));
}

function createDirectory(holder: OpenDirectory, name: string): void {
  try {
    makeDirectory(holder.descriptor, name, 0o755);
  } catch (error) {
    // Another imp was faster, or it was there all along.
    if (isSystemError(error, "EEXIST")) return;
    throw error;
  }
  withDescriptor(openHandle(holder.descriptor, name), (created) => {
    // The owner of the holder can put a hard link there at once, to a file of root's; not to a directory.
    if (statDescriptor(created).type !== "directory") {
      throw failure(1, `${join(holder.path, name)} was exchanged while imp made it`, "run imp again");
    }
    shareWithOwner(created, statDescriptor(holder.descriptor), 0o755);
  });
  syncDirectory(holder);
}
