import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_NO_AUTOMOUNT,
  AT_SYMLINK_NOFOLLOW,
  callNumbers,
  STATX_BASIC_STATS,
  STATX_BTIME,
  STATX_MNT_ID,
} from "./abi.ts";
import { callAt, SystemError } from "./ffi.ts";
import { ptr } from "./foreign.ts";

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
/** Up to the end of the modification time. */
const endOfKept = 31;

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
  const flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (name === "" ? AT_EMPTY_PATH : 0);
  const result = statx(directory, name, flags);
  if (result === 0) return new FoundStat();
  if (result === ENOENT) return null;
  throw new SystemError("statx", -result, name);
}

/** What a glance tells, for those who look at thousands of objects and ask nothing else. */
export type Glimpse = Pick<Stat, "type" | "mode" | "uid" | "gid" | "mountId" | "size">;

/** As {@link statAt}, but null for whatever can't be looked at. */
export function glimpseAt(directory: number, name: string): Glimpse | null {
  if (statx(directory, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) !== 0) return null;
  return glimpse();
}

/** As {@link glimpseAt}, of an open descriptor. */
export function glimpseOf(descriptor: number): Glimpse | null {
  return statx(descriptor, "", AT_EMPTY_PATH) === 0 ? glimpse() : null;
}

function glimpse(): Glimpse {
  const mode = words[at.mode] as number;
  return {
    type: typeOf(mode),
    mode: mode & 0o7777,
    uid: words[at.uid] as number,
    gid: words[at.gid] as number,
    mountId: count(words, at.mountId),
    size: count(words, at.size),
  };
}

/** True if the directory holds nothing of that name. */
export function isFreeName(directory: number, name: string): boolean {
  return statx(directory, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) === ENOENT;
}

function typeOf(mode: number): FileType {
  return fileTypes[(mode & 0xf000) >> 12] ?? "file";
}

/** False if the process has no such descriptor. */
export function isOpenDescriptor(descriptor: number): boolean {
  return statx(descriptor, "", AT_EMPTY_PATH) === 0;
}

/** True if `path` leads to nothing, links followed; false also if that can't be told. */
export function leadsToNothing(path: string): boolean {
  return statx(AT_FDCWD, path, AT_NO_AUTOMOUNT) === ENOENT;
}

/** The id of the mount that `path` leads to, links followed as `flags` say; null if that can't be looked at. */
export function mountIdOf(directory: number, path: string, flags: number): number | null {
  const result = statx(directory, path, flags);
  return result === 0 ? count(words, at.mountId) : null;
}

/** As {@link statAt} for an open descriptor, which always has an object. */
export function statDescriptor(descriptor: number): Stat {
  const stat = statAt(descriptor, "");
  if (stat === null) throw new SystemError("statx", 2, "");
  return stat;
}

function statx(directory: number, path: string, flags: number): number {
  return callAt(callNumbers.statx, directory, path, flags, mask, bufferAddress);
}

/**
 * What the last statx(2) put into the buffer. Two calls are made for each entry, and few ask for more than some fields:
 * those that take long to make are kept as they came, and made when somebody asks for them.
 */
class FoundStat implements Stat {
  readonly type: FileType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  readonly device: string;
  readonly mountId: number;
  /** The first words of the struct, as far as fields are made of them later. */
  readonly #kept: Uint32Array;

  constructor() {
    const mode = words[at.mode] as number;
    this.type = typeOf(mode);
    this.mode = mode & 0o7777;
    this.uid = words[at.uid] as number;
    this.gid = words[at.gid] as number;
    this.links = words[at.links] as number;
    this.device = deviceName(words[at.deviceMajor] as number, words[at.deviceMinor] as number);
    this.mountId = count(words, at.mountId);
    this.#kept = words.slice(0, endOfKept);
  }

  get mountRoot(): boolean {
    return ((this.#kept[at.attributes] as number) & STATX_ATTR_MOUNT_ROOT) !== 0;
  }

  get size(): number {
    return count(this.#kept, at.size);
  }

  get inode(): string {
    return unsigned(this.#kept, at.inode);
  }

  get accessed(): string {
    return time(this.#kept, at.accessed);
  }

  get modified(): string {
    return time(this.#kept, at.modified);
  }

  get birth(): string | null {
    return ((this.#kept[at.mask] as number) & STATX_BTIME) === 0 ? null : time(this.#kept, at.birth);
  }
}

/** A 64-bit number as text; the common small ones without the cost of a BigInt. */
function unsigned(from: Uint32Array, index: number): string {
  const low = from[index] as number;
  const high = from[index + 1] as number;
  if (high === 0) return String(low);
  return String((BigInt(high) << 32n) | BigInt(low));
}

function count(from: Uint32Array, index: number): number {
  return (from[index] as number) + (from[index + 1] as number) * 0x1_0000_0000;
}

let lastDevice = { major: -1, minor: -1, name: "" };

/** `major:minor`; neighbours mostly lie on the same one. */
function deviceName(major: number, minor: number): string {
  if (major !== lastDevice.major || minor !== lastDevice.minor) {
    lastDevice = { major, minor, name: `${major}:${minor}` };
  }
  return lastDevice.name;
}

function time(from: Uint32Array, index: number): string {
  const low = from[index] as number;
  const high = from[index + 1] as number;
  const nanoseconds = from[index + 2] as number;
  // What lies between 1970 and 2106 needs no BigInt.
  if (high === 0 && low > 0) return `${low}${String(1_000_000_000 + nanoseconds).slice(1)}`;
  const seconds = BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
  return String(seconds * 1_000_000_000n + BigInt(nanoseconds));
}

/** By the type bits of the mode (inode(7)), shifted to the right end; what has no other type is a file. */
const fileTypes: Readonly<Record<number, FileType>> = {
  1: "fifo",
  2: "character-device",
  4: "directory",
  6: "block-device",
  8: "file",
  10: "symlink",
  12: "socket",
};
