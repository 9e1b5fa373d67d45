import { ptr } from "bun:ffi";
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_NO_AUTOMOUNT,
  AT_SYMLINK_NOFOLLOW,
  callNumbers,
  errno,
  STATX_BASIC_STATS,
  STATX_BTIME,
  STATX_MNT_ID,
} from "./abi.ts";
import { callAt, SystemError, systemCall } from "./ffi.ts";
import { at, count, type FileType, hasBirth, isMountRoot, time, typeOf, unsigned } from "./stat-words.ts";

/** What statx(2) says of one object; times are nanoseconds since the epoch as decimal strings. */
export interface Stat {
  readonly type: FileType;
  /** The twelve permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  /** Bytes. */
  readonly size: number;
  /** `major:minor`, as in mountinfo. */
  readonly device: string;
  readonly inode: string;
  /** The device that a device node represents, `major:minor`; `0:0` for all else. */
  readonly representedDevice: string;
  readonly mountId: number;
  /** True if the object is the root of a mount (STATX_ATTR_MOUNT_ROOT, Linux 5.8). */
  readonly mountRoot: boolean;
  readonly accessed: string;
  readonly modified: string;
  /** Null where the filesystem keeps no birth time. */
  readonly birth: string | null;
}

const mask = STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID;

const buffer = new Uint8Array(256);
/** Every machine that imp is built for puts the lowest byte first; reading by words is several times faster. */
const words = new Uint32Array(buffer.buffer);
const bufferAddress: number = ptr(buffer);

/**
 * The object `name` in the directory `directory`, links not followed; with an empty name the object that the
 * descriptor itself stands for. Null if there is none.
 * @throws SystemError for every reason but ENOENT
 */
export function statAt(directory: number, name: string): Stat | null {
  return isFound(directory, name) ? found() : null;
}

/** The id of the mount that is on top at `name`; null, and refused, as {@link statAt}. */
export function mountIdAt(directory: number, name: string): number | null {
  return isFound(directory, name) ? count(words, at.mountId) : null;
}

/** True if something is mounted at just this place. @throws as {@link statAt} */
export function isMountRootAt(directory: number, name: string): boolean {
  return isFound(directory, name) && isMountRoot(words);
}

/** What there is to say of it is in the buffer then. @throws as {@link statAt} */
function isFound(directory: number, name: string): boolean {
  const flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (name === "" ? AT_EMPTY_PATH : 0);
  const result = statx(directory, name, flags);
  if (result === 0) return true;
  if (result === -errno.ENOENT) return false;
  throw new SystemError("statx", -result, name);
}

/** True if the directory holds nothing of that name. */
export function isFreeName(directory: number, name: string): boolean {
  return statx(directory, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) === -errno.ENOENT;
}

/** False if the process has no such descriptor. */
export function isOpenDescriptor(descriptor: number): boolean {
  return statx(descriptor, "", AT_EMPTY_PATH) === 0;
}

/** True if `path` leads to nothing, links followed; false also if that can't be told. */
export function leadsToNothing(path: string): boolean {
  return statx(AT_FDCWD, path, AT_NO_AUTOMOUNT) === -errno.ENOENT;
}

/** The id of the mount that `path` leads to, links followed as `flags` say; null if that can't be looked at. */
export function mountIdOf(directory: number, path: string, flags: number): number | null {
  const result = statx(directory, path, flags);
  return result === 0 ? count(words, at.mountId) : null;
}

/** As {@link statAt} for an open descriptor, which always has an object. */
export function statDescriptor(descriptor: number): Stat {
  const stat = statAt(descriptor, "");
  if (stat === null) throw new SystemError("statx", errno.ENOENT, "");
  return stat;
}

/** What the directories of one tree share that ends at mounts and at subvolumes. */
export type Whereabouts = Pick<Stat, "device" | "mountId">;

/** Where the object behind a descriptor lies, without a question to its filesystem: an empty mask asks for nothing else. */
export function whereaboutsOf(descriptor: number): Whereabouts {
  systemCall("statx", "", descriptor, "", AT_EMPTY_PATH, 0, buffer);
  return {
    device: `${words[at.deviceMajor]}:${words[at.deviceMinor]}`,
    mountId: count(words, at.mountId),
  };
}

function statx(directory: number, path: string, flags: number): number {
  return callAt(callNumbers.statx, directory, path, flags, mask, bufferAddress);
}

/** What the last statx(2) put into the buffer. */
function found(): Stat {
  const mode = word(at.mode);
  return {
    type: typeOf(mode),
    mode: mode & 0o7777,
    uid: word(at.uid),
    gid: word(at.gid),
    links: word(at.links),
    size: count(words, at.size),
    device: `${word(at.deviceMajor)}:${word(at.deviceMinor)}`,
    inode: unsigned(words, at.inode),
    representedDevice: `${word(at.representedMajor)}:${word(at.representedMinor)}`,
    mountId: count(words, at.mountId),
    mountRoot: isMountRoot(words),
    accessed: time(words, at.accessed),
    modified: time(words, at.modified),
    birth: hasBirth(words) ? time(words, at.birth) : null,
  };
}

function word(index: number): number {
  return words[index] as number;
}

/** What an object is known by again, wherever it is mounted. */
export type KnownObject = Pick<Stat, "device" | "inode" | "birth">;

/** True if both are of the very same object. */
export function areOneObject(left: KnownObject, right: KnownObject): boolean {
  return left.inode === right.inode && left.device === right.device && left.birth === right.birth;
}
