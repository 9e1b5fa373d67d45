import { makeSymlink, removeDirectory, renameToFree, unlink } from "../linux/directory-entries.ts";
import { closeDescriptor } from "../linux/open.ts";
import { inParentOf, openParent, PathError } from "../linux/open-directory.ts";
import { type Stat, statAt } from "../linux/stat.ts";
import type { Access } from "../model/object.ts";
import { join, nameOf, parentOf } from "../model/path.ts";
import type { Step } from "../model/plan.ts";
import { changeAccess, isBetween } from "./access.ts";
import { exchangeIf, isOurLink, nameAside, removeIf, takePlaceOf } from "./conditional-rename.ts";
import { removeCopiedSource } from "./copy/source.ts";
import { removeUnfinishedFile } from "./copy/tree.ts";
import { revertAdoption } from "./extras/adoption.ts";
import { changeMountOptions } from "./mounting.ts";
import { haveSameContent, isEmpty, isLink, isObject, looksCreated, type Origin, statOf } from "./objects.ts";
import { replaceLink } from "./perform.ts";
import { mountAgain, putOldMountBack, unmountAgain } from "./remounting.ts";
import type { Identified, Outcome } from "./step-context.ts";
import { changedPath } from "./step-paths.ts";

/**
 * Takes a step back, whether it was carried out, only half, or not at all: what stands there now tells. So it serves
 * the command that failed as well as the one that finds the journal of a killed one.
 * @param outcome what this process knows of the step; nothing, if another one made it
 * @param origin tells what the command can have made
 * @returns what could not be put back as it was because it was used since
 */
export function revert(step: Step, outcome: Outcome, origin: Origin): string[] {
  if (isGone(changedPath(step))) return [];
  switch (step.kind) {
    case "create-directory":
      return removeCreated(step.path, step.access, "directory", knownOrigin(outcome, origin));
    case "create-file":
      return removeCreated(step.path, step.access, "file", knownOrigin(outcome, origin));
    case "copy-source":
      return removeCopiedSource(step);
    case "adopt-file":
      return revertAdoption(step);
    case "set-access":
      return revertAccess(step.path, step.from, step.to, outcome.object);
    case "back-up":
      return renameBack(step.path, step.backup, isObject(statOf(step.backup), step.identity));
    case "put-back":
      if (statOf(step.backup) !== null) return [];
      return renameBack(step.backup, step.path, isObject(statOf(step.path), step.identity));
    case "mount":
      return unmountAgain(step.target, outcome.object ?? statOf(step.source));
    case "replace-mount":
      putOldMountBack(step.target, step.from, step.to, outcome);
      return [];
    case "set-mount-options":
      if (isStillMounted(step)) changeMountOptions(step, step.from);
      return [];
    case "set-hidden":
      // For all steps at once, see `hidden-mounts.ts`.
      return [];
    case "unmount":
      mountAgain(step.target, step, outcome);
      return [];
    case "link":
      inParentOf(step.path, (parent, name) => removeIf(parent, name, isOurLink(parent, step.text)));
      return [];
    case "unlink":
      return bringLinkBack(step.path, step.text);
    case "replace-link":
      return revertReplacedLink(step);
    case "exchange-for-link":
      return exchangeBack(step.path, step.text, step.backup, isObject(statOf(step.backup), step.identity));
    case "replace-file":
      return exchangeBack(step.path, step.text, step.aside, isObject(statOf(step.aside), step.identity));
    case "unlink-to-copy":
      return linkAgain(step);
    case "set-aside":
      // No other program knows the name: whatever is there was moved there, be it by mistake in the instant before a kill.
      return renameBack(step.path, step.aside, statOf(step.aside) !== null);
  }
}

/** After a reboot, what is mounted there has nothing to do with the step. */
function isStillMounted({ target, mountId }: Extract<Step, { kind: "set-mount-options" }>): boolean {
  const found = statOf(target);
  return found?.mountRoot === true && found.mountId === mountId;
}

/**
 * Without the directory that it changed there is nothing of a step left: a reboot threw it away.
 * @throws PathError where the way to the directory may not be taken now
 */
function isGone(path: string): boolean {
  const parent = openParent(path);
  if (parent.kind === "missing" || parent.kind === "blocked") return true;
  if (parent.kind !== "open") throw new PathError(path, parent);
  closeDescriptor(parent.descriptor);
  return false;
}

/**
 * Removes what a step created, unless it is in use by now. What stood there before the command can be there again,
 * if an earlier undo was killed; and after a reboot, something of the same form that the machine always has there.
 */
function removeCreated(path: string, access: Access, type: "directory" | "file", origin: Origin): string[] {
  return inParentOf(path, (parent, name) => {
    const isOurs = (found: Stat | null) =>
      found?.type === type && looksCreated(found, access) && origin(found);
    const isOurEmptyFile = (at: string) => {
      const found = statAt(parent, at);
      return found?.type === "file" && isOurs(found) && isEmpty(parent, at, found);
    };
    // Programs save over a file that they find empty, too.
    if (type === "file" && removeIf(parent, name, isOurEmptyFile)) return [];
    const found = statAt(parent, name);
    if (found === null || !isOurs(found)) return [];
    if (!isEmpty(parent, name, found)) return [`${path} is left: somebody put something into it`];
    if (type === "directory") removeDirectory(parent, name);
    return [];
  });
}

/** The process that made an object knows it for certain. */
function knownOrigin({ made }: Outcome, origin: Origin): Origin {
  if (made?.kind !== "created-directory" && made?.kind !== "created-file") return origin;
  return (found) => isObject(found, made.identity);
}

function revertAccess(path: string, from: Access, to: Access, changed: Identified | undefined): string[] {
  const found = statOf(path);
  if (found === null) return [];
  if (!isBetween(found, from, to)) return [`${path} is left: somebody changed its owner since`];
  changeAccess(path, to, from, changed);
  return [];
}

/** Renames `away` back to `path`, if it is what was renamed. */
function renameBack(path: string, away: string, isMoved: boolean): string[] {
  if (!isMoved) return [];
  if (statOf(path) !== null) return [`${away} is left: something else is at ${path} now`];
  inParentOf(path, (parent, name) => renameToFree(parent, nameOf(away), parent, name));
  return [];
}

/** A process that was killed can have left the link, or what another process put in its place, beside. */
function bringLinkBack(path: string, text: string): string[] {
  return inParentOf(path, (parent, name) => {
    const aside = nameAside(name);
    if (isLink(parent, aside, text)) unlink(parent, aside);
    if (statAt(parent, name) !== null) return [];
    if (statAt(parent, aside) === null) makeSymlink(parent, name, text);
    else renameToFree(parent, aside, parent, name);
    return [];
  });
}

function revertReplacedLink(step: Extract<Step, { kind: "replace-link" }>): string[] {
  inParentOf(step.path, (parent, name) => {
    const aside = nameOf(step.aside);
    // Made by the step itself, or by an undo of it that was killed.
    if (isLink(parent, aside, step.to) || isLink(parent, aside, step.from)) unlink(parent, aside);
    if (isLink(parent, name, step.to)) replaceLink(step.path, step.to, step.from, aside);
  });
  return [];
}

/** What went under the other name comes back, and our link, which is then there, goes. */
function exchangeBack(path: string, text: string, otherPath: string, isMoved: boolean): string[] {
  return inParentOf(path, (parent, name) => {
    const otherName = nameOf(otherPath);
    if (isMoved && !exchangeIf(parent, name, otherName, isOurLink(parent, text))) {
      return [`${otherPath} is left: something else is at ${path} now`];
    }
    if (isLink(parent, otherName, text)) unlink(parent, otherName);
    return [];
  });
}

/** The link comes back in the place of the copy, unless that was written to since. */
function linkAgain(step: Extract<Step, { kind: "unlink-to-copy" }>): string[] {
  return inParentOf(step.path, (parent, name) => {
    const aside = nameOf(step.aside);
    removeUnfinishedFile(parent);
    const isOurs = (at: string) =>
      isLink(parent, at, step.text) || haveSameContent(join(parentOf(step.path), at), step.from);
    if (isOurs(aside)) unlink(parent, aside);
    if (statAt(parent, aside) !== null) return [`${step.aside} is left: somebody put it at ${step.path}`];
    if (isLink(parent, name, step.text)) return [];
    if (statAt(parent, name) === null) {
      makeSymlink(parent, name, step.text);
      return [];
    }
    if (!isOurs(name)) return [`${step.path} is left: it is no mere copy any more`];
    makeSymlink(parent, aside, step.text);
    takePlaceOf(parent, name, aside, isOurs);
    return [];
  });
}
