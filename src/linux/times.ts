import { AT_FDCWD } from "./abi.ts";
import { systemCall } from "./ffi.ts";

const nanosecondsPerSecond = 1_000_000_000n;

/**
 * Sets the access and modification time of the object behind any descriptor, a handle of a symlink included
 * (utimensat(2)). Both are nanoseconds since the epoch as decimal strings, as in `Stat`.
 */
export function setTimes(descriptor: number, accessed: string, modified: string): void {
  setBoth(descriptor, timespec(accessed), timespec(modified));
}

/** As {@link setTimes}; the modification time stays, also if somebody writes at this moment. */
export function setAccessTime(descriptor: number, accessed: string): void {
  setBoth(descriptor, timespec(accessed), [0n, UTIME_OMIT]);
}

/** `linux/stat.h` */
const UTIME_OMIT = 0x3ffffffen;

type Timespec = readonly [seconds: bigint, nanoseconds: bigint];

function setBoth(descriptor: number, accessed: Timespec, modified: Timespec): void {
  const times = new BigInt64Array([...accessed, ...modified]);
  // The way through /proc serves handles, which futimens refuses, and ends at the link itself.
  const path = `/proc/self/fd/${descriptor}`;
  systemCall("utimensat", "", AT_FDCWD, path, new Uint8Array(times.buffer), 0);
}

/** Seconds and nanoseconds, the latter never negative, before 1970 too. */
function timespec(time: string): Timespec {
  const total = BigInt(time);
  const nanoseconds = ((total % nanosecondsPerSecond) + nanosecondsPerSecond) % nanosecondsPerSecond;
  return [(total - nanoseconds) / nanosecondsPerSecond, nanoseconds];
}

/**
 * True if a copy's time is the original's, as far as its filesystem can keep it: ext4 with small inodes, for one,
 * knows whole seconds only.
 */
export function sameTime(original: string, copy: string): boolean {
  if (original === copy) return true;
  const [seconds] = timespec(original);
  return BigInt(copy) === seconds * nanosecondsPerSecond;
}
