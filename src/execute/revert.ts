import { isSystemError } from "../linux/ffi.ts";
import {
  exchange,
  makeDirectory,
  makeSymlink,
  readLink,
  removeDirectory,
  renameOver,
  renameToFree,
  unlink,
} from "../linux/files.ts";
import { statAt } from "../linux/stat.ts";
import { inParentOf } from "../linux/walk.ts";
import { nameOf } from "../model/path.ts";
import { removeCopiedSource } from "./copy-source.ts";
import { attachKept, changeMountOptions, exchangeMount, unmountAnyway } from "./mounting.ts";
import { changeAccess, createObject, makeFile, removeLink } from "./perform.ts";
import type { Done } from "./session.ts";

/**
 * Takes a step back.
 * @returns what could not be put back as it was because somebody used it since
 */
export function revert({ step, outcome }: Done): string[] {
  switch (step.kind) {
    case "create-directory":
      return removeUnlessUsed(step.path, removeDirectory);
    case "create-file":
      return removeUnlessUsed(step.path, unlink);
    case "copy-source":
      return removeCopiedSource(step).map(
        (path) => `${step.to}/${path} is left: it is no mere copy any more`,
      );
    case "set-access":
      changeAccess(step.path, step.to, step.from);
      return [];
    case "back-up":
      inParentOf(step.path, (parent, name) => renameToFree(parent, nameOf(step.backup), parent, name));
      return [];
    case "put-back":
      if (outcome.notices !== undefined) return [];
      inParentOf(step.path, (parent, name) => renameToFree(parent, name, parent, nameOf(step.backup)));
      return [];
    case "mount":
      unmountAnyway(step.target);
      return [];
    case "replace-mount":
      revertReplacedMount(step.target, outcome.keptTree);
      return [];
    case "set-mount-options":
      changeMountOptions(step.target, step.from);
      return [];
    case "unmount":
      if (outcome.keptTree !== undefined) attachKept(step.target, outcome.keptTree);
      return [];
    case "link":
      removeLink(step.path, step.text);
      return [];
    case "replace-link":
      relink(step.path, step.to, step.from, nameOf(step.aside));
      return [];
    case "exchange-for-link":
      return exchangeBack(step.path, step.text, nameOf(step.backup));
    case "replace-file":
      return exchangeBack(step.path, step.text, nameOf(step.aside));
    case "unlink":
      inParentOf(step.path, (parent, name) => makeSymlink(parent, name, step.text));
      return [];
    case "remove-directory":
      if (outcome.notices === undefined) createObject(step.path, step.access, makeDirectory, removeDirectory);
      return [];
    case "remove-file":
      if (outcome.notices === undefined) createObject(step.path, step.access, makeFile, unlink);
      return [];
  }
}

/** Removes what a step created, unless somebody uses it by now. */
function removeUnlessUsed(path: string, remove: (parent: number, name: string) => void): string[] {
  return inParentOf(path, (parent, name) => {
    const found = statAt(parent, name);
    if (found === null) return [];
    if (found.type === "file" && found.size > 0) return [`${path} is left: somebody wrote into it`];
    try {
      remove(parent, name);
      return [];
    } catch (error) {
      if (isSystemError(error, "ENOTEMPTY")) return [`${path} is left: somebody put something into it`];
      throw error;
    }
  });
}

function relink(path: string, from: string, to: string, aside: string): void {
  inParentOf(path, (parent, name) => {
    const found = statAt(parent, name);
    if (found?.type !== "symlink" || readLink(parent, name) !== from) return;
    makeSymlink(parent, aside, to);
    renameOver(parent, aside, parent, name);
  });
}

/** What went under the other name comes back, and our link, which is then there, goes. */
function exchangeBack(path: string, text: string, otherName: string): string[] {
  return inParentOf(path, (parent, name) => {
    const found = statAt(parent, name);
    if (found?.type !== "symlink" || readLink(parent, name) !== text) {
      return [`${path} is left as it is now; what was there is beside it as ${otherName}`];
    }
    exchange(parent, name, otherName);
    unlink(parent, otherName);
    return [];
  });
}

function revertReplacedMount(target: string, keptTree: number | undefined): void {
  if (keptTree === undefined) return;
  try {
    exchangeMount(target, keptTree);
  } catch (error) {
    if (!isSystemError(error, "EBUSY")) throw error;
    unmountAnyway(target);
    attachKept(target, keptTree);
  }
}
