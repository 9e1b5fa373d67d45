import { errno } from "../linux/abi.ts";
import {
  isEmptyDirectory,
  makeDirectory,
  readLinkIfThere,
  removeDirectory,
  unlink,
} from "../linux/directory-entries.ts";
import { SystemError } from "../linux/ffi.ts";
import { readByPath, sameContent } from "../linux/file-io.ts";
import { readMounts } from "../linux/mountinfo.ts";
import { closeDescriptor, openForReading, openHandle, openRoot, withDescriptor } from "../linux/open.ts";
import { inParentOf, openParent, PathError } from "../linux/open-directory.ts";
import { type Stat, statAt, statDescriptor } from "../linux/stat.ts";
import { effectiveUser } from "../linux/users.ts";
import { type Access, type Identity, isSameObject } from "../model/object.ts";
import { nameOf } from "../model/path.ts";
import { setAccess } from "./access.ts";

/**
 * What stands at a path, links not followed; null if nothing does, or if there is no way to it any more.
 * @throws PathError where it may not be looked at: that does not mean that nothing is there
 */
export function statOf(path: string): Stat | null {
  const parent = openParent(path);
  if (parent.kind === "unsafe" || parent.kind === "denied") throw new PathError(path, parent);
  if (parent.kind !== "open") return null;
  try {
    return statAt(parent.descriptor, nameOf(path));
  } finally {
    closeDescriptor(parent.descriptor);
  }
}

/** True if it is the very object of that identity, see `isSameObject`. */
export function isObject(stat: Stat | null, identity: Identity): boolean {
  if (stat === null) return false;
  const found = { isDirectory: stat.type === "directory", device: stat.device, identity: stat };
  return isSameObject(found, identity, readMounts);
}

/** @throws SystemError `ESTALE` if another object stands there by now than the one that the plan saw */
export function expectObject(parent: number, name: string, identity: Identity): void {
  if (!isObject(statAt(parent, name), identity)) throw new SystemError("statx", errno.ESTALE, name);
}

export function isLink(parent: number, name: string, text: string): boolean {
  return readLinkIfThere(parent, name) === text;
}

/** Makes an object, and gives back a descriptor of it. */
export type MakeObject = (parent: number, name: string, mode: number) => number;

/**
 * Makes a directory. Between its making and the first look at it, who may write the parent can exchange it for
 * something of theirs, or of root's by a hard link: only what is as new as ours is taken for it.
 */
export function makeNewDirectory(parent: number, name: string, mode: number): number {
  makeDirectory(parent, name, mode);
  const handle = openHandle(parent, name);
  const found = statDescriptor(handle);
  const isOurs = found.type === "directory" && found.uid === effectiveUser() && isUntouched(found, mode);
  if (isOurs && isEmptyDirectory(handle, ".")) return handle;
  closeDescriptor(handle);
  throw new SystemError("mkdirat", errno.ESTALE, name);
}

/** Makes an object that only this process's user can use before it has its owner. */
export function createObject(parent: number, name: string, access: Access, make: MakeObject): Identity {
  return withDescriptor(make(parent, name, 0o700 & access.mode), (handle) => {
    const made = statDescriptor(handle);
    try {
      setAccess(handle, made, access);
      return { inode: made.inode, birth: made.birth };
    } catch (error) {
      if (isObject(statAt(parent, name), made)) removeNew(parent, name, made);
      throw error;
    }
  });
}

function removeNew(parent: number, name: string, { type }: Stat): void {
  if (type === "directory") removeDirectory(parent, name);
  else unlink(parent, name);
}

/** True if nothing was allowed beyond what {@link createObject} asks for; a parent can pass on its set-group-ID bit. */
function isUntouched(found: Stat, mode: number): boolean {
  return (found.mode & ~(0o2000 | mode)) === 0;
}

/** True if the object is one that {@link createObject} made, whole or in the making. */
export function looksCreated(found: Stat, access: Access): boolean {
  const isWhole = found.uid === access.uid && found.gid === access.gid && found.mode === access.mode;
  return isWhole || isUntouched(found, 0o700 & access.mode);
}

/** True for a directory without names and a file without bytes. */
export function isEmpty(parent: number, name: string, stat: Stat): boolean {
  if (stat.type === "file") return stat.size === 0;
  return stat.type === "directory" && isEmptyDirectory(parent, name);
}

/** True if both names are of regular files with the same bytes. */
export function haveSameContent(path: string, otherPath: string): boolean {
  if (statOf(path)?.type !== "file" || statOf(otherPath)?.type !== "file") return false;
  return withDescriptor(inParentOf(path, openForReading), (left) =>
    withDescriptor(inParentOf(otherPath, openForReading), (right) => sameContent(left, right)),
  );
}

/** Tells what a command can have made itself. */
export type Origin = (found: Stat) => boolean;

/** For the process that made it: anything but what its steps only moved. */
export function unlessMoved(moved: readonly Identity[]): Origin {
  return (found) => !moved.some((identity) => isObject(found, identity));
}

/** Filesystems take the time of the last tick of the kernel's clock, in nanoseconds. */
const slack = 1_000_000_000n;

/**
 * For a process that finds a journal: what was born after that command began, but not after the root was made anew or
 * the machine started again, for what is there since then was not made by the command.
 * @param startedAt ISO 8601
 */
export function madeBy(startedAt: string, moved: readonly Identity[]): Origin {
  const begin = BigInt(Date.parse(startedAt)) * 1_000_000n;
  const [boot, root] = [bootTime(), rootBirth() ?? 0n];
  const end = boot > root ? boot : root;
  const isNotMoved = unlessMoved(moved);
  return (found) => {
    if (!isNotMoved(found)) return false;
    if (found.birth === null) return end <= begin;
    const birth = BigInt(found.birth);
    return birth >= begin - slack && (end <= begin || birth < end);
  };
}

/** When this machine was started, by its clock as it goes now: nanoseconds since the epoch. */
function bootTime(): bigint {
  const uptime = new TextDecoder().decode(readByPath("/proc/uptime"));
  const milliseconds = Date.now() - Number.parseFloat(uptime) * 1000;
  return BigInt(Math.round(milliseconds)) * 1_000_000n;
}

/** When the root directory came to be, if its filesystem knows: nanoseconds since the epoch. */
function rootBirth(): bigint | null {
  const { birth } = withDescriptor(openRoot(), statDescriptor);
  return birth === null ? null : BigInt(birth);
}
