import { readByPath } from "./file-io.ts";
import { openRoot, withDescriptor } from "./open.ts";
import { statDescriptor } from "./stat.ts";

const nanosecondsPerMillisecond = 1_000_000n;

/** When this machine was started, by its clock as it goes now: nanoseconds since the epoch. */
export function bootTime(): bigint {
  const uptime = new TextDecoder().decode(readByPath("/proc/uptime"));
  const milliseconds = Date.now() - Number.parseFloat(uptime) * 1000;
  return BigInt(Math.round(milliseconds)) * nanosecondsPerMillisecond;
}

/** When the root directory came to be, if its filesystem knows: nanoseconds since the epoch. */
export function rootBirth(): bigint | null {
  const { birth } = withDescriptor(openRoot(), statDescriptor);
  return birth === null ? null : BigInt(birth);
}
