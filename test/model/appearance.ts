import {
  type Entry,
  isMounted,
  type Manifest,
  type MountOption,
  mountOptionNames,
  type Ownership,
} from "../../src/model/manifest.ts";
import { formatMode } from "../../src/model/mode.ts";
import { parentOf } from "../../src/model/path.ts";
import { accessWith } from "../../src/plan/access.ts";
import type { Inode } from "./filesystem.ts";
import { lookUp, lookUpFollowing } from "./walk.ts";
import { describeMount, hidingLine, type Position, type World } from "./world.ts";

/** What a person who knows nothing of the planner finds wrong with a manifest's entries. */
export function complaints(world: World, manifest: Manifest): string[] {
  return manifest.entries.flatMap((entry) =>
    complaintsAbout(world, entry).map((complaint) => `${entry.target}: ${complaint}`),
  );
}

export function complaintsAbout(world: World, entry: Entry): string[] {
  const target = lookUp(world, entry.target);
  const source = lookUp(world, entry.source);
  if (source === null) return ["it has no source"];
  if (target === null) return ["nothing is there"];
  return [
    ...(isMounted(entry)
      ? [
          ...complaintsAboutMount(target, source, entry.kind, entry.options),
          ...complaintsAboutHiding(world, target, entry.hidden),
        ]
      : complaintsAboutLink(target, entry.source)),
    ...complaintsAboutAccess("the source", source.dentry.inode, entry),
    ...complaintsAboutParents(world, entry),
  ];
}

function complaintsAboutMount(
  target: Position,
  source: Position,
  kind: Entry["kind"],
  options: readonly MountOption[],
): string[] {
  if (target.mount.root !== target.dentry || target.mount.attached === null) return ["it is not mounted"];
  if (target.dentry.inode !== source.dentry.inode) return ["it shows something else"];
  if ((target.dentry.inode.content.kind === "directory") !== (kind === "directory"))
    return ["it is of another type"];
  const wanted = wantedOptions(source.mount.options, options);
  const found = mountOptionNames.filter((name) => target.mount.options.includes(name));
  return wanted.join() === found.join() ? [] : [`it is mounted with ${found.join()}, not ${wanted.join()}`];
}

function complaintsAboutHiding(world: World, { mount }: Position, hidden: boolean): string[] {
  if (world.hiding.has(hidingLine(describeMount(mount))) === hidden) return [];
  return [hidden ? "it is not hidden" : "it is hidden"];
}

const accessTimes: readonly string[] = ["noatime", "relatime", "strictatime"];

/** Those of the mount that the source lies on, and the entry's own; strictatime is not written in the mount table. */
function wantedOptions(inherited: readonly string[], own: readonly MountOption[]): string[] {
  const ownTime = own.some((option) => accessTimes.includes(option));
  const kept = inherited.filter((option) => !ownTime || !accessTimes.includes(option));
  return mountOptionNames.filter(
    (name) => name !== "strictatime" && (kept.includes(name) || own.includes(name)),
  );
}

function complaintsAboutLink({ dentry }: Position, text: string): string[] {
  const { content } = dentry.inode;
  if (content.kind !== "symlink") return ["it is no symlink"];
  return content.text === text ? [] : [`it is a symlink to ${content.text}`];
}

function complaintsAboutAccess(what: string, inode: Inode, ownership: Ownership): string[] {
  const { kind } = inode.content;
  if (kind !== "directory" && kind !== "file") return [];
  const wanted = accessWith(ownership, inode.access, kind === "directory");
  const isRight =
    wanted.uid === inode.access.uid && wanted.gid === inode.access.gid && wanted.mode === inode.access.mode;
  return isRight ? [] : [`${what} has mode ${formatMode(inode.access.mode)}, not ${formatMode(wanted.mode)}`];
}

function complaintsAboutParents(world: World, entry: Entry): string[] {
  const { parentDirectory } = entry;
  if (parentDirectory === undefined) return [];
  const parents = [parentOf(entry.target), parentOf(entry.source)].filter((path) => path !== entry.root);
  return parents.flatMap((path) => {
    const parent = lookUpFollowing(world, path);
    return parent === null
      ? [`${path} is missing`]
      : complaintsAboutAccess(path, parent.dentry.inode, parentDirectory);
  });
}
