import { closeSync, openSync, readSync } from "node:fs";

/** A request to the disk, in the order in which qemu's blklogwrites saw them done. */
export type LoggedRequest =
  | { readonly kind: "write"; readonly offset: number; readonly data: Uint8Array }
  /** All writes before it are on the disk for good. */
  | { readonly kind: "flush" };

const magic = 0x6a736677736872n;
const flushFlag = 1n;
const durableFlag = 2n;
const discardFlag = 4n;

/**
 * Reads a log of qemu's blklogwrites driver, which has the format of the kernel's dm-log-writes
 * (Documentation/admin-guide/device-mapper/log-writes.rst, drivers/md/dm-log-writes.c): a superblock, then for every
 * request a sector with its place, length and flags, and its data.
 */
export function readWriteLog(file: string): LoggedRequest[] {
  const log = openSync(file, "r");
  try {
    const superblock = view(log, 0, 28);
    if (superblock.getBigUint64(0, true) !== magic) throw new Error(`${file} is no log of writes`);
    const count = Number(superblock.getBigUint64(16, true));
    const sectorSize = superblock.getUint32(24, true);

    const requests: LoggedRequest[] = [];
    let place = sectorSize;
    for (let entry = 0; entry < count; entry += 1) {
      const header = view(log, place, 32);
      place += sectorSize;
      const offset = Number(header.getBigUint64(0, true)) * sectorSize;
      const length = Number(header.getBigUint64(8, true)) * sectorSize;
      const flags = header.getBigUint64(16, true);
      if ((flags & discardFlag) !== 0n) throw new Error(`${file} has a discard, which nobody asked for`);
      if ((flags & flushFlag) !== 0n) requests.push({ kind: "flush" });
      if (length > 0) requests.push({ kind: "write", offset, data: bytes(log, place, length) });
      if ((flags & durableFlag) !== 0n) requests.push({ kind: "flush" });
      place += length;
    }
    return requests;
  } finally {
    closeSync(log);
  }
}

function bytes(descriptor: number, position: number, length: number): Uint8Array {
  const buffer = new Uint8Array(length);
  const read = readSync(descriptor, buffer, 0, length, position);
  if (read !== length) throw new Error(`the log of writes ends after ${position + read} bytes`);
  return buffer;
}

function view(descriptor: number, position: number, length: number): DataView {
  return new DataView(bytes(descriptor, position, length).buffer);
}
