import { CString, type Pointer, ptr, read } from "bun:ffi";
import { errno } from "./abi.ts";
import { cString, libcFunctions, SystemError, systemCall } from "./ffi.ts";

/**
 * Users and groups through the C library's NSS (getpwnam_r(3), getgrnam_r(3)), so that LDAP, systemd-userdb and
 * `/etc/passwd` all count. Offsets of `struct passwd` and `struct group` are those of 64-bit glibc and musl.
 */
const passwdOffsets = { name: 0, uid: 16, gid: 20, home: 32 } as const;
const groupOffsets = { name: 0, gid: 16 } as const;

/** The database was not read; all other numbers mean that there is no such user or group. */
const unread: readonly number[] = [errno.EINTR, errno.EIO, errno.ENOMEM, errno.ENFILE, errno.EMFILE];
const largestRecord = 1 << 20;

/** The effective user number of this process. */
export function effectiveUser(): number {
  return systemCall("geteuid", "");
}

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

export interface Group {
  readonly name: string;
  readonly gid: number;
}

type Lookup = (record: Uint8Array, buffer: Uint8Array, result: Uint8Array) => number;

/**
 * Runs one of the `_r` functions with a buffer that grows until the record fits; null if there is none.
 * @throws SystemError if it could not be looked for
 */
function lookUp<T>(what: string, ask: Lookup, view: (record: Uint8Array) => T): T | null {
  const record = new Uint8Array(64);
  const result = new Uint8Array(8);
  for (let size = 4096; size <= largestRecord; size *= 4) {
    const buffer = new Uint8Array(size);
    const status = ask(record, buffer, result);
    if (status === errno.ERANGE) continue;
    if (unread.includes(status)) throw new SystemError("getpwnam_r or getgrnam_r", status, what);
    if (status !== 0 || result.every((byte) => byte === 0)) return null;
    return view(record);
  }
  return null;
}

function text(record: Uint8Array, offset: number): string {
  return new CString(read.ptr(ptr(record), offset) as Pointer).toString();
}

function readUser(record: Uint8Array): User {
  return {
    name: text(record, passwdOffsets.name),
    uid: read.u32(ptr(record), passwdOffsets.uid),
    gid: read.u32(ptr(record), passwdOffsets.gid),
    home: text(record, passwdOffsets.home),
  };
}

function readGroup(record: Uint8Array): Group {
  return { name: text(record, groupOffsets.name), gid: read.u32(ptr(record), groupOffsets.gid) };
}

export function userByName(name: string): User | null {
  const wanted = cString(name);
  return lookUp(
    `user ${name}`,
    (record, buffer, result) => libcFunctions().getpwnam_r(wanted, record, buffer, buffer.length, result),
    readUser,
  );
}

export function userById(uid: number): User | null {
  return lookUp(
    `user ${uid}`,
    (record, buffer, result) => libcFunctions().getpwuid_r(uid, record, buffer, buffer.length, result),
    readUser,
  );
}

export function groupByName(name: string): Group | null {
  const wanted = cString(name);
  return lookUp(
    `group ${name}`,
    (record, buffer, result) => libcFunctions().getgrnam_r(wanted, record, buffer, buffer.length, result),
    readGroup,
  );
}

export function groupById(gid: number): Group | null {
  return lookUp(
    `group ${gid}`,
    (record, buffer, result) => libcFunctions().getgrgid_r(gid, record, buffer, buffer.length, result),
    readGroup,
  );
}
