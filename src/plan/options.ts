import { type MountedEntry, type MountOption, mountOptionNames } from "../model/manifest.ts";
import { type Mount, visibleMount } from "../model/mount.ts";
import type { MountOptions } from "../model/plan.ts";
import type { Draft } from "./draft.ts";

const accessTimes: readonly MountOption[] = ["noatime", "relatime", "strictatime"];

/** The options that a mount has, out of those that entries can set. */
export function optionsOf(mount: Mount): MountOptions {
  const set = mountOptionNames.filter((name) => mount.options.includes(name));
  // strictatime is how a mount behaves that names neither of the others; the kernel does not write it.
  return set.some((name) => accessTimes.includes(name)) ? set : inOrder([...set, "strictatime"]);
}

/**
 * The options that an entry's mount is to have: those of the mount that its source lies on, as with any bind mount,
 * and its own on top.
 */
export function optionsFor(draft: Draft, entry: MountedEntry): MountOptions {
  const { observed } = draft.request;
  const home = visibleMount(observed.mounts, observed.real(draft.after.placeOf(entry.source)));
  const inherited = optionsOf(home);
  const ownAccessTime = entry.options.some((option) => accessTimes.includes(option));
  const kept = ownAccessTime ? inherited.filter((option) => !accessTimes.includes(option)) : inherited;
  return inOrder([...kept, ...entry.options]);
}

function inOrder(options: readonly MountOption[]): MountOptions {
  return mountOptionNames.filter((name) => options.includes(name));
}

export function sameOptions(left: MountOptions, right: MountOptions): boolean {
  return left.length === right.length && left.every((option, index) => option === right[index]);
}
