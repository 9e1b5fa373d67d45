import type { Identity } from "../../src/model/object.ts";
import { parentsFirst } from "../../src/model/path.ts";
import { type Dentry, type Inode, namesIn, pathWithin } from "./filesystem.ts";
import { lookUp } from "./walk.ts";
import { describeMount, hidingLine, type ModelMount, mountPointOf, type World } from "./world.ts";

/** All that a person could tell of a world, by place: `DEVICE PATH` for objects, `mount PATH` for mounts. */
export interface Snapshot {
  readonly objects: ReadonlyMap<string, ObjectRecord>;
  /** In the order of their places, what lies beneath first. */
  readonly mounts: readonly string[];
}

export interface ObjectRecord {
  /** Kind, owner, mode and content. */
  readonly text: string;
  readonly identity: Identity;
}

export function takeSnapshot(world: World): Snapshot {
  const objects = new Map<string, ObjectRecord>();
  for (const filesystem of world.filesystems.values()) {
    visit(filesystem.root, (dentry) => {
      const { inode } = dentry;
      objects.set(placeKey(filesystem.device, dentry), {
        text: describeInode(inode),
        identity: inode.identity,
      });
    });
  }
  return { objects, mounts: describeMounts(world) };
}

export function placeKey(device: string, dentry: Dentry): string {
  return `${device} ${pathWithin(dentry)}`;
}

function visit(dentry: Dentry, action: (dentry: Dentry) => void): void {
  action(dentry);
  for (const child of namesIn(dentry).values()) visit(child, action);
}

function describeInode({ access, content, links }: Inode): string {
  const owner = `${access.uid}:${access.gid} ${access.mode.toString(8)}`;
  switch (content.kind) {
    case "directory":
      return `directory ${owner}`;
    case "file":
      return `file ${owner} x${links} ${content.bytes}`;
    case "symlink":
      return `symlink ${content.text}`;
    case "special":
      return `${content.what} ${owner}`;
  }
}

function describeMounts(world: World): string[] {
  return [...world.mounts]
    .map((mount) => ({ mount, point: mountPointOf(mount), depth: depthOf(mount) }))
    .sort((left, right) => parentsFirst(left.point, right.point) || left.depth - right.depth)
    .map(({ mount, point, depth }) => {
      const root = pathWithin(mount.root) + (mount.root.gone ? "//deleted" : "");
      // A mount that another one covers can't be reached, and is shown to nobody; both may share one line.
      const isReached = lookUp(world, point)?.mount === mount;
      const hidden = isReached && world.hiding.has(hidingLine(describeMount(mount))) ? " hidden" : "";
      return `${point} ${depth} ${mount.filesystem.device} ${root} ${[...mount.options].sort().join(",")}${hidden}`;
    });
}

function depthOf(mount: ModelMount): number {
  let depth = 0;
  for (let above = mount.attached; above !== null; above = above.mount.attached) depth += 1;
  return depth;
}

/** What differs between two snapshots. One symlink is as good as another with the same text. */
export function differencesBetween(left: Snapshot, right: Snapshot): string[] {
  const places = new Set([...left.objects.keys(), ...right.objects.keys()]);
  const differences: string[] = [];
  for (const place of places) {
    const [before, after] = [left.objects.get(place), right.objects.get(place)];
    if (before?.text !== after?.text) differences.push(`${place}: ${before?.text} became ${after?.text}`);
    else if (
      before?.identity.birth !== after?.identity.birth &&
      before?.text.startsWith("symlink") !== true
    ) {
      differences.push(`${place}: is another`);
    }
  }
  const [before, after] = [left.mounts.join("\n"), right.mounts.join("\n")];
  if (before !== after) differences.push(`mounts:\n${before}\nbecame\n${after}`);
  return differences;
}
