import { type Content, createObject, type Dentry, namesIn } from "./filesystem.ts";
import { cross, type Position } from "./world.ts";

/** Copies an object with all that is below it, as `execute/copy/tree.ts`: what is mounted inside is not copied. */
export function copyObject(original: Position, directory: Position, name: string): void {
  const { inode } = original.dentry;
  const copy = createObject(
    directory.mount.filesystem,
    directory.dentry,
    name,
    emptyLike(inode.content),
    inode.access,
  );
  // A list, in case the copy lies in the original.
  for (const child of [...namesIn(original.dentry).values()]) {
    if (child !== copy) copyChild(original, child, { mount: directory.mount, dentry: copy });
  }
}

function copyChild(original: Position, child: Dentry, copy: Position): void {
  const seen = cross({ mount: original.mount, dentry: child });
  const isOutside = seen.mount !== original.mount && seen.dentry.inode.content.kind === "directory";
  if (!isOutside) {
    copyObject(seen, copy, child.name);
    return;
  }
  const empty: Content = { kind: "directory", names: new Map() };
  createObject(copy.mount.filesystem, copy.dentry, child.name, empty, seen.dentry.inode.access);
}

function emptyLike(content: Content): Content {
  return content.kind === "directory" ? { kind: "directory", names: new Map() } : { ...content };
}
