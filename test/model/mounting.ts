import type { MountedSource } from "../../src/model/plan.ts";
import { follow } from "./walk.ts";
import {
  attachMount,
  describeMount,
  detachMount,
  hidingLine,
  type ModelMount,
  Refusal,
  setHidden,
  type World,
} from "./world.ts";

/** What steps do with mounts. */

/** Mount options as mountinfo writes them. */
export function written(options: readonly string[]): string[] {
  const shown = options.filter((option) => option !== "strictatime");
  return shown.includes("ro") ? shown : ["rw", ...shown];
}

export function mount(world: World, target: string, { source, options, hidden }: MountedSource): void {
  const shown = follow(world, source);
  if (shown.dentry.inode.content.kind === "symlink") throw new Refusal("EINVAL", `${source} is a symlink`);
  const place = follow(world, target);
  setHidden(world, attachMount(world, place, shown.mount.filesystem, shown.dentry, written(options)), hidden);
}

export function topMount(world: World, target: string): ModelMount {
  const { mount: top, dentry } = follow(world, target);
  if (top.root !== dentry) throw new Refusal("EINVAL", `${target} is no mount point`);
  return top;
}

export function expectMount(world: World, target: string, mountId: number): ModelMount {
  const top = topMount(world, target);
  if (top.id !== mountId) throw new Refusal("ESTALE", target);
  return top;
}

export function unmount(world: World, target: string): ModelMount {
  const top = topMount(world, target);
  takeAway(world, top);
  return top;
}

/** The line that hides it goes too, unless another mount has the same one. */
function takeAway(world: World, mount: ModelMount): void {
  const line = hidingLine(describeMount(mount));
  detachMount(world, mount);
  const isShared = [...world.mounts].some((other) => hidingLine(describeMount(other)) === line);
  if (!isShared) world.hiding.delete(line);
}

export function replaceMount(
  world: World,
  target: string,
  { source, options, hidden }: MountedSource,
): ModelMount {
  const shown = follow(world, source);
  const old = topMount(world, target);
  if ((old.root.inode.content.kind === "directory") !== (shown.dentry.inode.content.kind === "directory"))
    throw new Refusal("ENOTDIR", `${source} for what is at ${target}`);
  takeAway(world, old);
  const place = follow(world, target);
  setHidden(world, attachMount(world, place, shown.mount.filesystem, shown.dentry, written(options)), hidden);
  return old;
}
