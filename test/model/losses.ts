import type { Effect } from "../../src/model/generation.ts";
import { isMounted, type Manifest } from "../../src/model/manifest.ts";
import type { Access } from "../../src/model/object.ts";
import type { Step } from "../../src/model/plan.ts";
import { type Content, type Dentry, type Inode, namesIn } from "./filesystem.ts";
import { placeKey } from "./snapshot.ts";
import { lookUp, lookUpFollowing } from "./walk.ts";
import { type ModelMount, mountPointOf, type World } from "./world.ts";

/** What was in a world before a command, to be looked for afterwards. */
export interface Inventory {
  readonly objects: ReadonlyMap<
    Inode,
    { readonly place: string; readonly access: Access; readonly links: number; bytes: string | null }
  >;
  readonly mounts: ReadonlyMap<
    ModelMount,
    { readonly point: string; readonly options: string; readonly visible: boolean }
  >;
}

export function takeInventory(world: World): Inventory {
  const objects = new Map<Inode, { place: string; access: Access; links: number; bytes: string | null }>();
  for (const { device, root } of world.filesystems.values()) {
    visit(root, (dentry) => {
      const { inode } = dentry;
      objects.set(inode, {
        place: placeKey(device, dentry),
        access: inode.access,
        links: inode.links,
        bytes: bytesOf(inode.content),
      });
    });
  }
  const mounts = [...world.mounts].map((mount) => [mount, describe(world, mount)] as const);
  return { objects, mounts: new Map(mounts) };
}

function describe(world: World, mount: ModelMount) {
  const point = mountPointOf(mount);
  const visible = lookUp(world, point)?.mount === mount;
  return { point, options: mount.options.join(), visible };
}

function visit(dentry: Dentry, action: (dentry: Dentry) => void): void {
  action(dentry);
  for (const child of namesIn(dentry).values()) visit(child, action);
}

function bytesOf(content: Content): string | null {
  return content.kind === "file" ? content.bytes : null;
}

/** What a command may touch. */
export interface Permission {
  readonly active: Manifest;
  readonly wanted: Manifest;
  readonly effects: readonly Effect[];
  /** What steps were seen to work on, while they were carried out. */
  readonly touched: Touched;
  readonly ownMounts: ReadonlySet<number>;
}

export interface Touched {
  readonly access: Set<Inode>;
  readonly renamed: Set<Inode>;
  readonly replaced: Map<Inode, string>;
}

/** Notes what a step is about to work on. */
export function noteTouched(world: World, step: Step, touched: Touched): void {
  if (step.kind === "set-access") addInode(world, step.path, touched.access);
  if (step.kind === "back-up" || step.kind === "exchange-for-link" || step.kind === "set-aside")
    addInode(world, step.path, touched.renamed);
  if (step.kind === "adopt-file") addInode(world, step.to, touched.renamed);
  if (step.kind === "put-back") addInode(world, step.backup, touched.renamed);
  const replaced = step.kind === "replace-file" ? lookUp(world, step.path)?.dentry.inode : undefined;
  if (step.kind === "replace-file" && replaced !== undefined) touched.replaced.set(replaced, step.path);
}

function addInode(world: World, path: string, set: Set<Inode>): void {
  const inode = lookUp(world, path)?.dentry.inode;
  if (inode !== undefined) set.add(inode);
}

/** All that a command lost or changed without being allowed to. */
export function losses(before: Inventory, world: World, permission: Permission): string[] {
  return [...lostObjects(before, world, permission), ...lostMounts(before, world, permission)];
}

function lostObjects(before: Inventory, world: World, permission: Permission): string[] {
  const { objects: after } = takeInventory(world);
  const moved = movedPlaces(before, after, permission.touched);
  const problems: string[] = [];
  for (const [inode, was] of before.objects) {
    const is = after.get(inode);
    if (is === undefined) {
      if (!mayGo(world, inode, permission)) problems.push(`${was.place} is gone`);
      continue;
    }
    if (was.bytes !== is.bytes) problems.push(`${was.place} has other content`);
    if (was.place !== is.place && was.links === 1 && !moved(was.place))
      problems.push(`${was.place} is at ${is.place}`);
    if (was.access !== is.access && !permission.touched.access.has(inode))
      problems.push(`${was.place} is another's`);
  }
  return problems;
}

/** Whether a place was renamed, or lies in a directory that was. */
function movedPlaces(
  before: Inventory,
  after: Inventory["objects"],
  { renamed }: Touched,
): (place: string) => boolean {
  const places = [...renamed].flatMap((inode) => [before.objects.get(inode)?.place, after.get(inode)?.place]);
  return (place) =>
    places.some((other) => other !== undefined && (place === other || place.startsWith(`${other}/`)));
}

function mayGo(world: World, inode: Inode, permission: Permission): boolean {
  const { content, identity } = inode;
  switch (content.kind) {
    case "symlink":
      return permission.active.entries.some(
        (entry) =>
          !isMounted(entry) &&
          entry.source === content.text &&
          !permission.effects.some((effect) => effect.kind === "found" && effect.target === entry.target),
      );
    case "file":
    case "directory": {
      const path = permission.touched.replaced.get(inode);
      if (path !== undefined && content.kind === "file") {
        const source = lookUpFollowing(world, path)?.dentry.inode.content;
        return source?.kind === "file" && source.bytes === content.bytes;
      }
      const isEmpty = content.kind === "directory" ? content.names.size === 0 : content.bytes === "";
      return (
        isEmpty &&
        permission.effects.some(
          (effect) =>
            (effect.kind === "created-directory" || effect.kind === "created-file") &&
            effect.identity.inode === identity.inode &&
            effect.identity.birth === identity.birth,
        )
      );
    }
    case "special":
      return false;
  }
}

/** What imp did not mount stays as it was, and stays visible if it was. */
function lostMounts(before: Inventory, world: World, permission: Permission): string[] {
  const targets = new Set(permission.wanted.entries.map(({ target }) => target));
  return [...before.mounts].flatMap(([mount, was]) => {
    if (permission.ownMounts.has(mount.id)) return [];
    if (!world.mounts.has(mount)) return [`the mount at ${was.point} is gone`];
    const is = describe(world, mount);
    if (was.options !== is.options && !targets.has(was.point)) return [`the mount at ${was.point} changed`];
    return was.visible && !is.visible ? [`the mount at ${was.point} is hidden`] : [];
  });
}
