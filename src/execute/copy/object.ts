import { errno } from "../../linux/abi.ts";
import {
  attribute,
  attributeNames,
  changeMode,
  changeOwner,
  removeAttribute,
  setAttribute,
  setTimes,
} from "../../linux/attributes.ts";
import { ContentCopier } from "../../linux/copy-content.ts";
import { makeSpecialFile, makeSymlink, readLink } from "../../linux/directory-entries.ts";
import { isSystemError, SystemError } from "../../linux/ffi.ts";
import { createFile, Descriptor, openHandle, reopenFile } from "../../linux/open.ts";
import { type Stat, statDescriptor } from "../../linux/stat.ts";
import { effectiveUser } from "../../linux/users.ts";
import type { CopySession } from "./session.ts";

/** An object that is held by a handle, and what it was when it was looked at. */
export interface Original {
  readonly handle: number;
  readonly stat: Stat;
}

/** The default of /proc/sys/fs/lease-break-time and something more, in milliseconds. */
const leaseBreakTime = 50_000;

/** Copies single objects of every type but directories, with all their attributes. */
export class ObjectCopier {
  readonly #session: CopySession;
  readonly #content = new ContentCopier();

  constructor(session: CopySession) {
    this.#session = session;
  }

  /** Copies an object that is no directory to a name that must be free. */
  async object(original: Original, directory: number, name: string, path: string): Promise<void> {
    const { handle, stat } = original;
    if (stat.type === "file") {
      using copy = new Descriptor(createFile(directory, name, 0o600));
      return await this.file(original, copy.number, path);
    }
    if (stat.type === "symlink") makeSymlink(directory, name, readLink(handle, ""));
    else if (stat.type !== "directory") makeSpecialFile(directory, name, stat.type, stat.representedDevice);
    using copy = new Descriptor(openHandle(directory, name));
    this.attributes(original, copy.number, path);
    this.#session.files += 1;
  }

  /** Copies a regular file into a new one that is open for writing. */
  async file(original: Original, copy: number, path: string): Promise<void> {
    using content = await this.#openFile(original.handle);
    const { size } = original.stat;
    await this.#content.copy(content.number, copy, size, (bytes) => this.#session.wrote(bytes));
    this.attributes(original, copy, path);
    this.#session.files += 1;
  }

  /** The last thing to be done to a copy: attributes, times among them. */
  attributes(original: Original, copy: number, path: string): void {
    const { handle, stat } = original;
    const hasChanged = copyAttributes(handle, copy, stat, this.#session.lostAttributes);
    // The time of a FIFO or a device says when it was used, not that the node is another.
    if (hasChanged && (stat.type === "file" || stat.type === "directory")) this.#session.changed.push(path);
  }

  /** Opens a file; if a process holds a lease on it (Samba, for a client), waits until that is given up. */
  async #openFile(handle: number): Promise<Descriptor> {
    for (const start = performance.now(); ; ) {
      try {
        return reopenFile(handle);
      } catch (error) {
        if (!isSystemError(error, "EAGAIN") || performance.now() - start > leaseBreakTime) throw error;
      }
      await Bun.sleep(20);
      await this.#session.pause();
    }
  }
}

/**
 * Gives one object the owner, mode, times and extended attributes of another, both by any descriptor.
 * @param before what the original was before its content was read: its times from before the reading
 * @param lost gets the names of the attributes that only mean something to the original's filesystem, and are refused
 *   by the copy's
 * @returns true if the original was written to since `before`
 * @throws SystemError if the copy's filesystem cannot keep an attribute that counts (see {@link isFleeting})
 */
function copyAttributes(from: number, to: number, before: Stat, lost: Set<string>): boolean {
  const after = statDescriptor(from);
  // The owner first: a change of owner clears set-user-ID bits and capabilities.
  changeOwner(to, after.uid, after.gid);
  copyExtendedAttributes(from, to, lost);
  // What was private at either end of the reading is private in the copy.
  if (before.type !== "symlink") changeMode(to, before.mode & after.mode);
  setTimes(to, before.accessed, before.modified);
  return after.modified !== before.modified || after.size !== before.size;
}

/** Gives an object (no symlink) the owner, mode and times of another, and nothing else. */
export function copyAccess(to: number, stat: Stat): void {
  changeOwner(to, stat.uid, stat.gid);
  changeMode(to, stat.mode);
  setTimes(to, stat.accessed, stat.modified);
}

/** Makes a directory inaccessible to all but this process's user, and what is created in it too. */
export function seal(directory: number): void {
  const unchanged = -1;
  // The owner first: the old one could open it again.
  changeOwner(directory, effectiveUser(), unchanged);
  removeAccessLists(directory, []);
  changeMode(directory, sealedMode);
}

/** True if a directory is as {@link seal} leaves it. */
export function isSealed(directory: number): boolean {
  const { uid, mode } = statDescriptor(directory);
  return uid === effectiveUser() && mode === sealedMode;
}

/** The sticky bit does nothing here, and hardly any other directory has just this mode: a mark that survives a crash. */
const sealedMode = 0o1700;

function copyExtendedAttributes(from: number, to: number, lost: Set<string>): void {
  const names = attributeNames(from).filter((name) => !isNeverCopied(name));
  removeAccessLists(to, names);
  for (const name of names) {
    const value = attribute(from, name);
    if (value === null) continue;
    const result = setAttribute(to, name, value);
    if (result >= 0 || isFleeting(name, value, result)) continue;
    if (isPortable(name)) throw new SystemError("setxattr", -result, name);
    lost.add(name);
  }
}

/** Removes access control lists, as inherited from a folder (acl(5)), except those in `wanted`. */
function removeAccessLists(descriptor: number, wanted: readonly string[]): void {
  for (const name of attributeNames(descriptor)) {
    if (isAccessList(name) && !wanted.includes(name)) removeAttribute(descriptor, name);
  }
}

function isAccessList(name: string): boolean {
  return name === "system.posix_acl_access" || name === "system.posix_acl_default";
}

/** The kernel's own seal over one inode (evm), and XFS's second view of access control lists (attr's xattr.conf). */
function isNeverCopied(name: string): boolean {
  return name === "security.evm" || name.startsWith("trusted.SGI_");
}

/** Attributes that mean the same everywhere; others (`btrfs.compression`, `system.nfs4_acl`) belong to a filesystem. */
function isPortable(name: string): boolean {
  return /^(user|trusted|security)\./.test(name) || isAccessList(name);
}

/** A label that the system's policy gives anew, or a list that says no more than the mode does. */
function isFleeting(name: string, value: Uint8Array, result: number): boolean {
  if (name === "security.selinux" || name.startsWith("security.SMACK64")) return true;
  // A header of 4 bytes and 8 for each line: owner, group and others are all that the mode knows too.
  const trivial = name === "system.posix_acl_default" ? 4 : 4 + 3 * 8;
  return result === -errno.EOPNOTSUPP && isAccessList(name) && value.length <= trivial;
}
