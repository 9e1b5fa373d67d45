import { isSystemError, SystemError } from "../linux/ffi.ts";
import { createFile, makeSymlink, renameToFree, unlink } from "../linux/files.ts";
import { statAt } from "../linux/stat.ts";
import { inParentOf } from "../linux/walk.ts";
import type { Identity } from "../model/generation.ts";
import { nameOf } from "../model/path.ts";
import type { Step } from "../model/plan.ts";
import { changeAccess } from "./access.ts";
import { adoptFile } from "./adoption.ts";
import { copySource, copyToName } from "./copy-source.ts";
import type { CopyOptions } from "./copy-tree.ts";
import { exchangeIf, isOurLink, moveIf, removeIf, takePlaceOf } from "./giving-way.ts";
import { changeMountOptions, mountAtTarget, replaceMount, unmountTarget } from "./mounting.ts";
import { createObject, isEmpty, isLink, isObject, makeNewDirectory } from "./objects.ts";
import type { Watch } from "./progress.ts";
import type { Outcome } from "./session.ts";

/**
 * Carries out one step, or throws and leaves everything as it was before it.
 * @param stopIfAsked called now and then by what takes long; throws when the person wants to stop
 * @param watch told how far a copy is
 * @param lazy detach mounts that are in use instead of failing
 */
export async function perform(
  step: Step,
  stopIfAsked: () => void,
  lazy: boolean,
  watch: Watch,
): Promise<Outcome> {
  switch (step.kind) {
    case "create-directory": {
      const identity = createObject(step.path, step.access, makeNewDirectory);
      return step.role === "target" ? { made: { kind: "created-directory", path: step.path, identity } } : {};
    }
    case "create-file": {
      const identity = createObject(step.path, step.access, createFile);
      return step.role === "target" ? { made: { kind: "created-file", path: step.path, identity } } : {};
    }
    case "copy-source":
      return await copySource(step, copyOptions(step.from, step.to, stopIfAsked, watch));
    case "adopt-file":
      await adoptFile(step, copyOptions(step.from, step.to, stopIfAsked, watch));
      return {};
    case "set-access":
      return { object: changeAccess(step.path, step.from, step.to) };
    case "back-up":
      backUp(step.path, nameOf(step.backup), step.identity);
      return { made: { kind: "backup", target: step.path, backup: step.backup } };
    case "put-back":
      return putBack(step.path, step.backup);
    case "mount":
      return { object: mountAtTarget(step.target, step) };
    case "replace-mount":
      return replaceMount(step, step.to, lazy);
    case "set-mount-options":
      changeMountOptions(step, step.to);
      return {};
    case "set-hidden":
      // For all steps at once, see `visibility.ts`.
      return {};
    case "unmount":
      return { keptTree: unmountTarget(step, lazy) };
    case "link":
      inParentOf(step.path, (parent, name) => makeSymlink(parent, name, step.text));
      return {};
    case "replace-link":
      replaceLink(step.path, step.from, step.to, nameOf(step.aside));
      return {};
    case "exchange-for-link":
      exchangeForLink(step.path, step.text, nameOf(step.backup), step.identity);
      return { made: { kind: "backup", target: step.path, backup: step.backup } };
    case "replace-file":
      exchangeForLink(step.path, step.text, nameOf(step.aside), step.identity);
      return { made: { kind: "replaced-file", target: step.path, access: step.access } };
    case "unlink":
      removeLink(step.path, step.text);
      return {};
    case "unlink-to-copy":
      await replaceLinkByCopy(step, copyOptions(step.from, step.path, stopIfAsked, watch));
      return {};
    case "set-aside":
      return setAside(step.path, nameOf(step.aside), step.identity);
  }
}

function backUp(path: string, backup: string, identity: Identity): void {
  inParentOf(path, (parent, name) => {
    if (moveIf(parent, name, backup, (at) => isObject(statAt(parent, at), identity))) return;
    throw new SystemError("renameat2", ESTALE, name);
  });
}

function copyOptions(from: string, to: string, stopIfAsked: () => void, watch: Watch): CopyOptions {
  return {
    signal: stopIfAsked,
    progress: (files, bytes) => watch({ kind: "copy", from, files, bytes }),
    syncing: (bytes) => watch({ kind: "sync", to, bytes }),
  };
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

/** Gives a symlink another text in one instant. */
export function replaceLink(path: string, from: string, to: string, aside: string): void {
  inParentOf(path, (parent, name) => {
    makeSymlink(parent, aside, to);
    try {
      takePlaceOf(parent, name, aside, isOurLink(parent, from));
    } catch (error) {
      if (isLink(parent, aside, to)) unlink(parent, aside);
      throw error;
    }
  });
}

/** The link is made under the other name, and then both names are exchanged in one instant. */
function exchangeForLink(path: string, text: string, otherName: string, identity: Identity): void {
  inParentOf(path, (parent, name) => {
    makeSymlink(parent, otherName, text);
    try {
      const isMeant = (at: string) => isObject(statAt(parent, at), identity);
      if (!exchangeIf(parent, name, otherName, isMeant)) throw new SystemError("renameat2", ESTALE, name);
    } catch (error) {
      if (isLink(parent, otherName, text)) unlink(parent, otherName);
      throw error;
    }
  });
}

const ESTALE = 116;

export function removeLink(path: string, text: string): void {
  inParentOf(path, (parent, name) => {
    if (removeIf(parent, name, isOurLink(parent, text))) return;
    throw new SystemError("unlinkat", ESTALE, name);
  });
}

async function replaceLinkByCopy(
  step: Extract<Step, { kind: "unlink-to-copy" }>,
  options: CopyOptions,
): Promise<void> {
  await copyToName(step.from, step.aside, step.access, options);
  inParentOf(step.path, (parent, name) => {
    const aside = nameOf(step.aside);
    const copy = statAt(parent, aside);
    try {
      takePlaceOf(parent, name, aside, isOurLink(parent, step.text));
    } catch (error) {
      if (copy !== null && isObject(statAt(parent, aside), copy)) unlink(parent, aside);
      throw error;
    }
  });
}

function setAside(path: string, aside: string, identity: Identity): Outcome {
  return inParentOf(path, (parent, name) => {
    const found = statAt(parent, name);
    if (found === null) return {};
    if (!isObject(found, identity)) return { notices: [`${path} is left: it is not what imp made any more`] };
    if (!isEmpty(parent, name, found)) return { notices: [`${path} is left: it is not empty`] };
    const isOurs = (at: string) => {
      const now = statAt(parent, at);
      return now !== null && isObject(now, identity) && isEmpty(parent, at, now);
    };
    return moveIf(parent, name, aside, isOurs)
      ? {}
      : { notices: [`${path} is left: somebody put something there just now`] };
  });
}
