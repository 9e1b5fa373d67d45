import { type MountedEntry, type MountOption, mountOptionNames } from "../model/manifest.ts";
import type { Mount } from "../model/mount.ts";
import type { MountOptions } from "../model/plan.ts";
import type { Draft } from "./draft.ts";

const accessTimes: readonly MountOption[] = ["noatime", "relatime", "strictatime"];

/** The options that a mount has, out of those that entries can set. */
export function optionsOf(mount: Mount): MountOptions {
  const set = mount.options.filter(isMountOption);
  // strictatime is how a mount behaves that names neither of the others; the kernel does not write it.
  if (!set.some((name) => accessTimes.includes(name))) set.push("strictatime");
  return set.length === 1 ? set : inOrder(set);
}

const names: ReadonlySet<string> = new Set(mountOptionNames);

function isMountOption(name: string): name is MountOption {
  return names.has(name);
}

/** True if file managers are asked not to show the mount, as far as can be known. */
export function isHidden(draft: Draft, mount: Mount): boolean {
  return draft.request.observed.isHidden(mount) === true;
}

/**
 * The options that an entry's mount is to have: those of the mount that its source lies on, as with any bind mount,
 * and its own on top.
 */
export function optionsFor(draft: Draft, entry: MountedEntry): MountOptions {
  const known = draft.options.get(entry);
  if (known !== undefined) return known;
  // An answer for entries that are stored in themselves, which are refused.
  draft.options.set(entry, entry.options);
  const options = findOptions(draft, entry);
  draft.options.set(entry, options);
  return options;
}

function findOptions(draft: Draft, entry: MountedEntry): MountOptions {
  return onTop(optionsAt(draft, entry.source), entry.options);
}

/** An entry's own options on top of those of the mount that its source lies on. */
export function onTop(inherited: MountOptions, own: MountOptions): MountOptions {
  if (own.length === 0) return inherited;
  const ownAccessTime = own.some((option) => accessTimes.includes(option));
  const kept = ownAccessTime ? inherited.filter((option) => !accessTimes.includes(option)) : inherited;
  return inOrder([...kept, ...own]);
}

/** The options of the mount that the object will lie on which `path` leads to. */
function optionsAt(draft: Draft, path: string): MountOptions {
  const { decisions } = draft;
  const holder = decisions.paths.holderOf(path);
  if (holder !== null && decisions.action(holder) !== "keep") return optionsFor(draft, holder);
  const { home } = decisions.paths.follow(path);
  if (holder === null) return optionsOf(home);
  const mounted = decisions.current(holder);
  // A foreign mount may lie on the entry's.
  const isHolders = mounted.kind === "wanted" && mounted.mount === home;
  return isHolders ? optionsFor(draft, holder) : optionsOf(home);
}

/** True if nothing can be changed of the object that `path` will lead to, nor in it. */
export function isReadOnly(draft: Draft, path: string): boolean {
  const known = draft.readOnly.get(path);
  if (known !== undefined) return known;
  const isSo = optionsAt(draft, draft.decisions.paths.directoryAt(path)).includes("ro");
  draft.readOnly.set(path, isSo);
  return isSo;
}

function inOrder(options: readonly MountOption[]): MountOptions {
  return mountOptionNames.filter((name) => options.includes(name));
}

export function sameOptions(left: MountOptions, right: MountOptions): boolean {
  if (left === right) return true;
  return left.length === right.length && left.every((option, index) => option === right[index]);
}
