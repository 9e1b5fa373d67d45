import type { Mount } from "../../src/model/mount.ts";
import type { Node, Observed, PathView } from "../../src/model/observation.ts";
import { isAtOrBelow, join, nameOf, parentOf, rebase } from "../../src/model/path.ts";
import { type Inode, namesIn } from "./filesystem.ts";
import { childOf, maySearch, type Viewer, type Walk, walk } from "./walk.ts";
import { hidingLine, type Position, readMountTable, type World } from "./world.ts";

/** The model as the planner sees it: answers as those of `observe/live.ts`. */
export function observe(world: World, viewer: Viewer = 0): Observed {
  const mounts = readMountTable(world);
  const byId = new Map([...world.mounts].map((mount) => [mount.id, mount]));

  function directory(path: string, beneath: Mount | null): Walk {
    if (beneath === null) return walk(world, path, viewer);
    const home = mounts.byId.get(beneath.parent);
    const homeMount = byId.get(beneath.parent);
    if (viewer !== 0 || home === undefined || homeMount === undefined) return { kind: "denied", at: path };
    if (home.mountPoint === beneath.mountPoint) return { kind: "denied", at: path };
    if (!isAtOrBelow(path, home.mountPoint)) throw new Error(`${path} does not lie on ${home.mountPoint}`);
    return walkWithoutMounts({ mount: homeMount, dentry: homeMount.root }, path, home.mountPoint);
  }

  function found(view: PathView): Position | null {
    const parent = directory(parentOf(view.path), view.beneath);
    if (parent.kind !== "open") return null;
    if (view.path === "/") return parent.position;
    return view.beneath === null
      ? childOf(parent.position, nameOf(view.path))
      : childWithoutMounts(parent.position, nameOf(view.path));
  }

  function node(view: PathView): Node {
    const parent = directory(parentOf(view.path), view.beneath);
    switch (parent.kind) {
      case "missing":
        return { kind: "missing" };
      case "blocked":
        return { kind: "blocked", at: parent.at };
      case "denied":
        return { kind: "unknown", at: parent.at };
      case "open": {
        if (!maySearch(parent.position, viewer)) return { kind: "unknown", at: parent.path };
        const position = found(view);
        return position === null ? { kind: "missing" } : describeNode(position);
      }
    }
  }

  function real(path: string): string {
    if (path === "/") return path;
    const parent = walk(world, parentOf(path), viewer);
    return parent.kind === "open" ? join(parent.path, nameOf(path)) : path;
  }

  function countNames(view: PathView): number {
    const position = found(view);
    return position === null ? 0 : namesIn(position.dentry).size;
  }

  function sameBytes(left: PathView, right: PathView): boolean {
    const [one, other] = [contentAt(left), contentAt(right)];
    return one?.kind === "file" && other?.kind === "file" && one.bytes === other.bytes;
  }

  function contentAt(view: PathView) {
    return found(view)?.dentry.inode.content;
  }

  const isHidden = (mount: Mount) => world.hiding.has(hidingLine(mount));

  return { mounts, node, real, countNames, isHidden, sameBytes };
}

/** As in a detached copy of one mount: nothing is mounted there, and symlinks can't be followed. */
function walkWithoutMounts(start: Position, path: string, mountPoint: string): Walk {
  let position = start;
  for (const name of rebase(path, mountPoint, "/").split("/")) {
    if (name === "") continue;
    const next = childWithoutMounts(position, name);
    if (next === null) return { kind: "missing", at: path };
    if (next.dentry.inode.content.kind === "symlink") return { kind: "denied", at: path };
    if (next.dentry.inode.content.kind !== "directory") return { kind: "blocked", at: path };
    position = next;
  }
  return { kind: "open", position, path };
}

function childWithoutMounts({ mount, dentry }: Position, name: string): Position | null {
  const child = namesIn(dentry).get(name);
  return child === undefined ? null : { mount, dentry: child };
}

function describeNode({ mount, dentry }: Position): Node {
  const inode: Inode = dentry.inode;
  const object = {
    ...inode.access,
    identity: inode.identity,
    links: inode.links,
    device: mount.filesystem.device,
  };
  const { content } = inode;
  switch (content.kind) {
    case "directory":
      return { kind: "directory", ...object };
    case "file":
      return { kind: "file", ...object, size: content.bytes.length, modified: "0" };
    case "symlink":
      return { kind: "symlink", ...object, text: content.text };
    case "special":
      return { kind: "special", ...object, what: content.what };
  }
}
