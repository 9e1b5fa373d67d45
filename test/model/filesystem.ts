import type { Access, Identity } from "../../src/model/object.ts";

/** What an object holds. */
export type Content =
  | { readonly kind: "directory"; readonly names: Map<string, Dentry> }
  | { readonly kind: "file"; bytes: string }
  | { readonly kind: "symlink"; readonly text: string }
  | { readonly kind: "special"; readonly what: string };

export interface Inode {
  readonly identity: Identity;
  access: Access;
  /** Number of hard links. */
  links: number;
  readonly content: Content;
}

/** A name in a directory, with the object that it stands for; the kernel's word for it. Renaming moves it. */
export interface Dentry {
  name: string;
  /** The directory that it is in; null for the root of a filesystem. */
  parent: Dentry | null;
  readonly inode: Inode;
  gone: boolean;
}

/** A filesystem of the model, mounted or not. */
export interface ModelFilesystem {
  /** `major:minor`. */
  readonly device: string;
  readonly type: string;
  readonly from: string;
  readonly root: Dentry;
  /** Counts its objects: each birth is another instant. */
  births: number;
  /** Inode numbers of objects that are gone; the next object gets one of them, as on real filesystems. */
  readonly freeNumbers: string[];
}

export const rootAccess: Access = { uid: 0, gid: 0, mode: 0o755 };

export function createFilesystem(device: string, type: string, from: string): ModelFilesystem {
  const inode: Inode = {
    identity: { inode: "1", birth: `${device} 1` },
    access: rootAccess,
    links: 1,
    content: { kind: "directory", names: new Map() },
  };
  const root: Dentry = { name: "", parent: null, inode, gone: false };
  return { device, type, from, root, births: 1, freeNumbers: [] };
}

/** Creates an object under a name that must be free. */
export function createObject(
  filesystem: ModelFilesystem,
  directory: Dentry,
  name: string,
  content: Content,
  access: Access = rootAccess,
): Dentry {
  filesystem.births += 1;
  const number = filesystem.freeNumbers.pop() ?? String(filesystem.births);
  const inode: Inode = {
    identity: { inode: number, birth: `${filesystem.device} ${filesystem.births}` },
    access,
    links: 0,
    content,
  };
  return addName(directory, name, inode);
}

/** Gives an object one more name, which must be free. */
export function addName(directory: Dentry, name: string, inode: Inode): Dentry {
  const names = namesIn(directory);
  if (names.has(name)) throw new Error(`the model has ${name} already`);
  inode.links += 1;
  const dentry: Dentry = { name, parent: directory, inode, gone: false };
  names.set(name, dentry);
  return dentry;
}

export function removeName(filesystem: ModelFilesystem, dentry: Dentry): void {
  if (dentry.parent === null) throw new Error("the root of a filesystem has no name to remove");
  namesIn(dentry.parent).delete(dentry.name);
  dentry.gone = true;
  dentry.inode.links -= 1;
  if (dentry.inode.links === 0) filesystem.freeNumbers.push(dentry.inode.identity.inode);
}

/** Moves a name to another directory of the same filesystem, where it must be free. */
export function moveName(dentry: Dentry, directory: Dentry, name: string): void {
  if (dentry.parent !== null) namesIn(dentry.parent).delete(dentry.name);
  dentry.parent = directory;
  dentry.name = name;
  namesIn(directory).set(name, dentry);
}

/** The names in a directory; an empty map that leads nowhere for what is none. */
export function namesIn(dentry: Dentry): Map<string, Dentry> {
  const { content } = dentry.inode;
  return content.kind === "directory" ? content.names : new Map();
}

/** The path within the filesystem. */
export function pathWithin(dentry: Dentry): string {
  const names: string[] = [];
  for (let current = dentry; current.parent !== null; current = current.parent) names.unshift(current.name);
  return `/${names.join("/")}`;
}
