import { errno } from "../linux/abi.ts";
import { makeSymlink, renameToFree, unlink } from "../linux/directory-entries.ts";
import { isSystemError, SystemError } from "../linux/ffi.ts";
import { createFile } from "../linux/open.ts";
import { inParentOf } from "../linux/open-directory.ts";
import { statAt } from "../linux/stat.ts";
import type { Identity } from "../model/object.ts";
import { nameOf } from "../model/path.ts";
import type { Step } from "../model/plan.ts";
import { changeAccess } from "./access.ts";
import { exchangeIf, isOurLink, moveIf, removeIf, takePlaceOf } from "./conditional-rename.ts";
import type { CopyOptions } from "./copy/session.ts";
import { copySource, copyToName } from "./copy/source.ts";
import { adoptFile } from "./extras/adoption.ts";
import type { HeldFolders } from "./held-folders.ts";
import { changeMountOptions, mountInFolders, replaceMount, unmountTarget } from "./mounting.ts";
import { createObject, isEmpty, isLink, isObject, type MakeObject, makeNewDirectory } from "./objects.ts";
import type { Outcome, StepContext } from "./step-context.ts";

/** Carries out one step, or throws and leaves everything as it was before it. */
export function perform(step: Step, context: StepContext): Outcome | Promise<Outcome> {
  switch (step.kind) {
    case "mount":
      return { object: mountInFolders(step, context) };
    case "unmount":
      context.copies.forget(step.mountId);
      return unmountTarget(step, context);
    case "link": {
      const { descriptor } = context.folders.target.around(step.path);
      makeSymlink(descriptor, nameOf(step.path), step.text);
      return {};
    }
    case "unlink": {
      const { descriptor } = context.folders.target.around(step.path);
      removeLink(descriptor, nameOf(step.path), step.text);
      return {};
    }
    case "create-directory": {
      const identity = createIn(context.folders, step, makeNewDirectory);
      return step.role === "target" ? { made: { kind: "created-directory", path: step.path, identity } } : {};
    }
    case "create-file": {
      const identity = createIn(context.folders, step, createFile);
      return step.role === "target" ? { made: { kind: "created-file", path: step.path, identity } } : {};
    }
    case "copy-source":
      return copySource(step, copyOptions(step.from, step.to, context));
    case "adopt-file":
      return adoptFile(step, copyOptions(step.from, step.to, context)).then(withoutOutcome);
    case "set-access":
      return { object: changeAccess(step.path, step.from, step.to) };
    case "back-up":
      backUp(step.path, nameOf(step.backup), step.identity);
      return { made: { kind: "backup", target: step.path, backup: step.backup } };
    case "put-back":
      return putBack(step.path, step.backup);
    case "replace-mount":
      context.copies.forget(step.mountId);
      return replaceMount(step, context);
    case "set-mount-options":
      context.copies.forget(step.mountId);
      changeMountOptions(step, step.to);
      return {};
    case "set-hidden":
      // For all steps at once, see `hidden-mounts.ts`.
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
    case "unlink-to-copy":
      return replaceLinkByCopy(step, copyOptions(step.from, step.path, context)).then(withoutOutcome);
    case "set-aside":
      return setAside(step.path, nameOf(step.aside), step.identity);
  }
}

type CreateStep = Extract<Step, { kind: "create-directory" | "create-file" }>;

function createIn(folders: HeldFolders, { path, access, role }: CreateStep, make: MakeObject): Identity {
  return createObject(folders[role].around(path).descriptor, nameOf(path), access, make);
}

function backUp(path: string, backup: string, identity: Identity): void {
  inParentOf(path, (parent, name) => {
    if (moveIf(parent, name, backup, (at) => isObject(statAt(parent, at), identity))) return;
    throw new SystemError("renameat2", errno.ESTALE, name);
  });
}

function withoutOutcome(): Outcome {
  return {};
}

function copyOptions(from: string, to: string, { stopIfAsked, watch }: StepContext): CopyOptions {
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
      if (!exchangeIf(parent, name, otherName, isMeant))
        throw new SystemError("renameat2", errno.ESTALE, name);
    } catch (error) {
      if (isLink(parent, otherName, text)) unlink(parent, otherName);
      throw error;
    }
  });
}

function removeLink(parent: number, name: string, text: string): void {
  if (removeIf(parent, name, isOurLink(parent, text))) return;
  throw new SystemError("unlinkat", errno.ESTALE, name);
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
