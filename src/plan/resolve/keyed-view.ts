import { type Mount, type MountTable, visibleMount } from "../../model/mount.ts";
import type { PathView } from "../../model/observation.ts";
import { join, rebase } from "../../model/path.ts";

/** What is seen at a path, and where in its filesystem that lies. */
export interface KeyedView extends PathView {
  /** The mount that it is seen through. */
  readonly home: Mount;
  /** The filesystem and the path in there: the same by whatever mounts one comes. */
  readonly key: string;
}

export function viewOf(mounts: MountTable, path: string, beneath: Mount | null): KeyedView {
  const home =
    beneath === null ? visibleMount(mounts, path) : (mounts.byId.get(beneath.parent) ?? mounts.root);
  return { path, beneath, home, key: `${home.device} ${rebase(path, home.mountPoint, home.root)}` };
}

/** What is called `name` in the directory, if nothing is mounted there. */
export function viewWithin({ path, beneath, home, key }: KeyedView, name: string): KeyedView {
  return { path: join(path, name), beneath, home, key: key.endsWith("/") ? key + name : `${key}/${name}` };
}

/** True if it is what the mount shows. */
export function isShownBy({ device, root }: Mount, { home, key }: KeyedView): boolean {
  return home.device === device && key.length === device.length + 1 + root.length && key.endsWith(root);
}

/** The keys of the directories that hold an object, on its own filesystem, nearest first. */
export function keysAbove(key: string): string[] {
  const root = key.indexOf(" ") + 2;
  const above: string[] = [];
  for (let end = key.length; end > root; ) {
    end = Math.max(key.lastIndexOf("/", end - 1), root);
    above.push(key.slice(0, end));
  }
  return above;
}

/** The names that lead from one key to another below it. */
export function namesBelow(above: string, key: string): string[] {
  return key
    .slice(above.length)
    .split("/")
    .filter((name) => name !== "");
}
