import { SystemError } from "../linux/ffi.ts";
import {
  changeMode,
  changeOwner,
  closeDescriptor,
  createFile,
  namesIn,
  openForReading,
  openHandle,
  readLink,
  sameContent,
  withDescriptor,
} from "../linux/files.ts";
import { type Stat, statAt, statDescriptor } from "../linux/stat.ts";
import { inParentOf, walkToParent } from "../linux/walk.ts";
import type { Identity } from "../model/generation.ts";
import type { Access } from "../model/observation.ts";
import { nameOf } from "../model/path.ts";

/** What stands at a path, links not followed; null if nothing does, or if there is no way to it any more. */
export function statOf(path: string): Stat | null {
  const parent = walkToParent(path);
  if (parent.kind !== "open") return null;
  try {
    return statAt(parent.descriptor, nameOf(path));
  } finally {
    closeDescriptor(parent.descriptor);
  }
}

export function isObject(stat: Stat | null, identity: Identity): boolean {
  return stat !== null && stat.inode === identity.inode && stat.birth === identity.birth;
}

/** @throws SystemError `ESTALE` if another object stands there by now than the one that the plan saw */
export function expectObject(parent: number, name: string, identity: Identity): void {
  if (!isObject(statAt(parent, name), identity)) throw new SystemError("statx", ESTALE, name);
}

/** @throws SystemError `ESTALE` if something else is in the place of our symlink by now */
export function expectLink(parent: number, name: string, text: string): void {
  if (!isLink(parent, name, text)) throw new SystemError("readlinkat", ESTALE, name);
}

export function isLink(parent: number, name: string, text: string): boolean {
  return statAt(parent, name)?.type === "symlink" && readLink(parent, name) === text;
}

const ESTALE = 116;

type MakeObject = (parent: number, name: string, mode: number) => void;
type RemoveObject = (parent: number, name: string) => void;

/** Creates an empty file. */
export function makeFile(parent: number, name: string, mode: number): void {
  withDescriptor(createFile(parent, name, mode), () => undefined);
}

/** Makes an object that nobody but its maker can use before it has its owner. */
export function createObject(path: string, access: Access, make: MakeObject, remove: RemoveObject): Identity {
  return inParentOf(path, (parent, name) => {
    make(parent, name, 0o700 & access.mode);
    try {
      return withDescriptor(openHandle(parent, name), (handle) => {
        const made = statDescriptor(handle);
        setAccess(handle, made, access);
        return { inode: made.inode, birth: made.birth };
      });
    } catch (error) {
      remove(parent, name);
      throw error;
    }
  });
}

/** True if the object is one that {@link createObject} made, whole or in the making. */
export function looksCreated(found: Stat, access: Access): boolean {
  const isWhole = found.uid === access.uid && found.gid === access.gid && found.mode === access.mode;
  return isWhole || (found.mode & ~(0o700 & access.mode)) === 0;
}

/** True for a directory without names and a file without bytes. */
export function isEmpty(parent: number, name: string, stat: Stat): boolean {
  if (stat.type === "file") return stat.size === 0;
  return stat.type === "directory" && withDescriptor(openHandle(parent, name), namesIn).length === 0;
}

/** The owner first: changing it takes set-id bits away. */
export function setAccess(handle: number, current: Access, wanted: Access): void {
  if (current.uid !== wanted.uid || current.gid !== wanted.gid) changeOwner(handle, wanted.uid, wanted.gid);
  if (statDescriptor(handle).mode !== wanted.mode) changeMode(handle, wanted.mode);
}

/** Changes owner and mode from what the plan saw, or from what a change of it that broke off left. */
export function changeAccess(path: string, from: Access, to: Access): void {
  inParentOf(path, (parent, name) =>
    withDescriptor(openHandle(parent, name), (handle) => {
      const found = statDescriptor(handle);
      if (!canChangeAccess(found)) throw new SystemError("chown", EMLINK, path);
      try {
        setAccess(handle, found, to);
      } catch (error) {
        changeOwner(handle, from.uid, from.gid);
        throw error;
      }
    }),
  );
}

const EMLINK = 31;

/** Another name of a file can lie in a place where its owner must not change; and nobody means a symlink's mode. */
function canChangeAccess(found: Stat): boolean {
  return found.type === "directory" || (found.type === "file" && found.links === 1);
}

/** True if both names are of regular files with the same bytes. */
export function haveSameContent(path: string, otherPath: string): boolean {
  if (statOf(path)?.type !== "file" || statOf(otherPath)?.type !== "file") return false;
  return withDescriptor(inParentOf(path, openForReading), (left) =>
    withDescriptor(inParentOf(otherPath, openForReading), (right) => sameContent(left, right)),
  );
}
