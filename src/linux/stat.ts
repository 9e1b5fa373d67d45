import { ptr } from "bun:ffi";
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_NO_AUTOMOUNT,
  AT_SYMLINK_NOFOLLOW,
  STATX_BASIC_STATS,
  STATX_BTIME,
  STATX_MNT_ID,
} from "./abi.ts";
import { SystemError, systemCallOrErrno } from "./ffi.ts";

export type FileType =
  | "directory"
  | "file"
  | "symlink"
  | "socket"
  | "fifo"
  | "character-device"
  | "block-device";

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
  readonly mountId: number;
  /** True if the object is the root of a mount (STATX_ATTR_MOUNT_ROOT, Linux 5.8). */
  readonly mountRoot: boolean;
  readonly accessed: string;
  readonly modified: string;
  /** Null where the filesystem keeps no birth time. */
  readonly birth: string | null;
}

const mask = STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID;
const STATX_ATTR_MOUNT_ROOT = 0x2000;
const ENOENT = -2;

/** Where the fields of `struct statx` are (linux/stat.h), counted in words of 32 bits. */
const at = {
  mask: 0,
  attributes: 2,
  links: 4,
  uid: 5,
  gid: 6,
  mode: 7,
  inode: 8,
  size: 10,
  accessed: 16,
  birth: 20,
  modified: 28,
  deviceMajor: 34,
  deviceMinor: 35,
  mountId: 36,
} as const;

const buffer = new Uint8Array(256);
const view = new DataView(buffer.buffer);
/** Every machine that imp is built for puts the lowest byte first; reading by words is several times faster. */
const words = new Uint32Array(buffer.buffer);
const bufferAddress: number = ptr(buffer);

/**
 * The object `name` in the directory `directory`, links not followed; with an empty name the object that the
 * descriptor itself stands for. Null if there is none.
 * @throws SystemError for every reason but ENOENT
 */
export function statAt(directory: number, name: string): Stat | null {
  const flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (name === "" ? AT_EMPTY_PATH : 0);
  const result = systemCallOrErrno("statx", directory, name, flags, mask, bufferAddress);
  if (result === 0) return parse();
  if (result === ENOENT) return null;
  throw new SystemError("statx", -result, name);
}

/** False if the process has no such descriptor. */
export function isOpenDescriptor(descriptor: number): boolean {
  return systemCallOrErrno("statx", descriptor, "", AT_EMPTY_PATH, mask, bufferAddress) === 0;
}

/** True if `path` leads to nothing, links followed; false also if that can't be told. */
export function leadsToNothing(path: string): boolean {
  return systemCallOrErrno("statx", AT_FDCWD, path, AT_NO_AUTOMOUNT, mask, bufferAddress) === ENOENT;
}

/** The id of the mount that `path` leads to, links followed as `flags` say; null if that can't be looked at. */
export function mountIdOf(directory: number, path: string, flags: number): number | null {
  const result = systemCallOrErrno("statx", directory, path, flags, mask, bufferAddress);
  return result === 0 ? count(at.mountId) : null;
}

/** As {@link statAt} for an open descriptor, which always has an object. */
export function statDescriptor(descriptor: number): Stat {
  const stat = statAt(descriptor, "");
  if (stat === null) throw new SystemError("statx", 2, "");
  return stat;
}

function parse(): Stat {
  const modeWord = (words[at.mode] as number) & 0xffff;
  return {
    type: fileType(modeWord & 0o170000),
    mode: modeWord & 0o7777,
    uid: words[at.uid] as number,
    gid: words[at.gid] as number,
    links: words[at.links] as number,
    size: count(at.size),
    device: deviceName(words[at.deviceMajor] as number, words[at.deviceMinor] as number),
    inode: unsigned(at.inode),
    mountId: count(at.mountId),
    mountRoot: ((words[at.attributes] as number) & STATX_ATTR_MOUNT_ROOT) !== 0,
    accessed: time(at.accessed),
    modified: time(at.modified),
    birth: ((words[at.mask] as number) & STATX_BTIME) === 0 ? null : time(at.birth),
  };
}

/** A 64-bit number as text; the common small ones without the cost of a BigInt. */
function unsigned(index: number): string {
  if (words[index + 1] === 0) return String(words[index]);
  return view.getBigUint64(index * 4, true).toString();
}

function count(index: number): number {
  return (words[index] as number) + (words[index + 1] as number) * 0x1_0000_0000;
}

let lastDevice = { major: -1, minor: -1, name: "" };

/** `major:minor`; neighbours mostly lie on the same one. */
function deviceName(major: number, minor: number): string {
  if (major !== lastDevice.major || minor !== lastDevice.minor) {
    lastDevice = { major, minor, name: `${major}:${minor}` };
  }
  return lastDevice.name;
}

function time(index: number): string {
  const low = words[index] as number;
  const nanoseconds = words[index + 2] as number;
  // What lies between 1970 and 2106 needs no BigInt.
  if (words[index + 1] === 0 && low > 0) return `${low}${String(1_000_000_000 + nanoseconds).slice(1)}`;
  const seconds = view.getBigInt64(index * 4, true);
  return String(seconds * 1_000_000_000n + BigInt(nanoseconds));
}

function fileType(bits: number): FileType {
  switch (bits) {
    case 0o040000:
      return "directory";
    case 0o120000:
      return "symlink";
    case 0o140000:
      return "socket";
    case 0o010000:
      return "fifo";
    case 0o020000:
      return "character-device";
    case 0o060000:
      return "block-device";
    default:
      return "file";
  }
}
