import { isSystemError, SystemError } from "../linux/ffi.ts";
import {
  changeMode,
  changeOwner,
  createFile,
  exchange,
  makeDirectory,
  makeSymlink,
  openHandle,
  readLink,
  removeDirectory,
  renameOver,
  renameToFree,
  unlink,
  withDescriptor,
} from "../linux/files.ts";
import { type Stat, statAt, statDescriptor } from "../linux/stat.ts";
import { inParentOf } from "../linux/walk.ts";
import type { Identity } from "../model/generation.ts";
import type { Access } from "../model/observation.ts";
import { nameOf } from "../model/path.ts";
import type { Step } from "../model/plan.ts";
import { copySource } from "./copy-source.ts";
import { changeMountOptions, mountAtTarget, replaceMount, unmountTarget } from "./mounting.ts";
import type { Outcome } from "./session.ts";

/**
 * Carries out one step, or throws and leaves everything as it was before it.
 * @param stopIfAsked called now and then by what takes long; throws when the person wants to stop
 */
export async function perform(step: Step, stopIfAsked: () => void): Promise<Outcome> {
  switch (step.kind) {
    case "create-directory": {
      const identity = createObject(step.path, step.access, makeDirectory, removeDirectory);
      return step.role === "target" ? { made: { kind: "created-directory", path: step.path, identity } } : {};
    }
    case "create-file": {
      const identity = createObject(step.path, step.access, makeFile, unlink);
      return step.role === "target" ? { made: { kind: "created-file", path: step.path, identity } } : {};
    }
    case "copy-source":
      return await copySource(step, stopIfAsked);
    case "set-access":
      changeAccess(step.path, step.from, step.to);
      return {};
    case "back-up":
      inParentOf(step.path, (parent, name) => renameToFree(parent, name, parent, nameOf(step.backup)));
      return { made: { kind: "backup", target: step.path, backup: step.backup } };
    case "put-back":
      return putBack(step.path, step.backup);
    case "mount":
      mountAtTarget(step.target, { source: step.source, options: step.options });
      return {};
    case "replace-mount":
      return { keptTree: replaceMount(step.target, step.to) };
    case "set-mount-options":
      changeMountOptions(step.target, step.to);
      return {};
    case "unmount":
      return { keptTree: unmountTarget(step.target) };
    case "link":
      inParentOf(step.path, (parent, name) => makeSymlink(parent, name, step.text));
      return {};
    case "replace-link":
      replaceLink(step.path, step.from, step.to, nameOf(step.aside));
      return {};
    case "exchange-for-link":
      exchangeForLink(step.path, step.text, nameOf(step.backup));
      return { made: { kind: "backup", target: step.path, backup: step.backup } };
    case "replace-file":
      exchangeForLink(step.path, step.text, nameOf(step.aside));
      return {};
    case "unlink":
      removeLink(step.path, step.text);
      return {};
    case "remove-directory":
      return removeMade(step.path, step.identity, removeDirectory);
    case "remove-file":
      return removeMade(step.path, step.identity, unlink);
  }
}

type MakeObject = (parent: number, name: string, mode: number) => void;
type RemoveObject = (parent: number, name: string) => void;

/** Creates an empty file. */
export function makeFile(parent: number, name: string, mode: number): void {
  withDescriptor(createFile(parent, name, mode), () => undefined);
}

/** Makes an object that nobody but its owner can use before it has its owner. */
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

/** The owner first: changing it takes set-id bits away. */
function setAccess(handle: number, current: Access, wanted: Access): void {
  if (current.uid !== wanted.uid || current.gid !== wanted.gid) changeOwner(handle, wanted.uid, wanted.gid);
  if (statDescriptor(handle).mode !== wanted.mode) changeMode(handle, wanted.mode);
}

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

function putBack(path: string, backup: string): Outcome {
  return inParentOf(path, (parent, name) => {
    try {
      renameToFree(parent, nameOf(backup), parent, name);
      return {};
    } catch (error) {
      if (!isSystemError(error, "EEXIST")) throw error;
      return { notices: [`the backup ${backup} stays where it is: something else is at ${path} now`] };
    }
  });
}

function replaceLink(path: string, from: string, to: string, aside: string): void {
  inParentOf(path, (parent, name) => {
    expectLink(parent, name, from);
    makeSymlink(parent, aside, to);
    try {
      renameOver(parent, aside, parent, name);
    } catch (error) {
      unlink(parent, aside);
      throw error;
    }
  });
}

/** The link is made under the other name, and then both names are exchanged in one instant. */
function exchangeForLink(path: string, text: string, otherName: string): void {
  inParentOf(path, (parent, name) => {
    makeSymlink(parent, otherName, text);
    try {
      exchange(parent, name, otherName);
    } catch (error) {
      unlink(parent, otherName);
      throw error;
    }
  });
}

export function removeLink(path: string, text: string): void {
  inParentOf(path, (parent, name) => {
    expectLink(parent, name, text);
    unlink(parent, name);
  });
}

/** @throws SystemError `ESTALE` if something else is in the place of our symlink by now */
function expectLink(parent: number, name: string, text: string): void {
  const found = statAt(parent, name);
  if (found?.type !== "symlink" || readLink(parent, name) !== text)
    throw new SystemError("readlinkat", ESTALE, name);
}

const ESTALE = 116;

/** Removes an object that imp made, if it is still that and nobody put anything into it. */
function removeMade(path: string, identity: Identity, remove: RemoveObject): Outcome {
  return inParentOf(path, (parent, name) => {
    const found = statAt(parent, name);
    if (found === null) return {};
    const isOurs = found.inode === identity.inode && found.birth === identity.birth;
    if (!isOurs) return { notices: [`${path} is left: it is not what imp made any more`] };
    if (found.type === "file" && found.size > 0) return { notices: [`${path} is left: it has content`] };
    try {
      remove(parent, name);
      return {};
    } catch (error) {
      if (isSystemError(error, "ENOTEMPTY")) return { notices: [`${path} is left: it is not empty`] };
      throw error;
    }
  });
}
