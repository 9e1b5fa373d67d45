import { bootTime, rootBirth } from "../linux/boot.ts";
import type { Stat } from "../linux/stat.ts";
import type { Identity } from "../model/generation.ts";
import { isObject } from "./objects.ts";

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
