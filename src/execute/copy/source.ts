import { errno } from "../../linux/abi.ts";
import { couldBePlanted } from "../../linux/authorship.ts";
import { removeDirectory, unlink } from "../../linux/directory-entries.ts";
import { SystemError } from "../../linux/ffi.ts";
import { closeDescriptor, Descriptor, openHandle, withDescriptor } from "../../linux/open.ts";
import { inParentOf, requireParent } from "../../linux/open-directory.ts";
import { type Stat, statAt, statDescriptor } from "../../linux/stat.ts";
import type { Access } from "../../model/object.ts";
import { nameOf } from "../../model/path.ts";
import type { Step } from "../../model/plan.ts";
import { setAccess } from "../access.ts";
import { haveSameContent, makeNewDirectory, statOf } from "../objects.ts";
import type { Outcome } from "../step-context.ts";
import type { CopyOptions, CopyResult } from "./session.ts";
import { copyFile, copyTree, removeCopy, removeUnfinishedFile } from "./tree.ts";

type CopyStep = Extract<Step, { kind: "copy-source" }>;

/** Creates a source as a copy of what stands at its target. */
export async function copySource(step: CopyStep, options: CopyOptions): Promise<Outcome> {
  const copy = step.what === "file" ? copyOneFile : copyDirectory;
  const result = await inBothParents(step.from, step.to, (from, to) =>
    copy(from, nameOf(step.from), to, nameOf(step.to), options),
  );
  return { notices: noticesOf(step, result) };
}

/**
 * Copies a file to a free name, and gives the copy this owner and mode. But what the new owner could have brought there,
 * though it is another user's, keeps its own.
 */
export async function copyToName(
  from: string,
  to: string,
  access: Access,
  options: CopyOptions,
): Promise<void> {
  await copyWith(from, to, options, (original, copy, folder) => {
    if (couldBePlanted(original, folder)) return;
    setAccess(copy, statDescriptor(copy), access);
  });
}

/**
 * Copies a file to a free name.
 * @param finish called with the file and the open copy, before that has its name, and with the directory of the first
 */
export async function copyWith(
  from: string,
  to: string,
  options: CopyOptions,
  finish: (original: Stat, copy: number, folder: Stat) => void,
): Promise<void> {
  await inBothParents(from, to, (fromParent, toParent) =>
    copyFile(fromParent, nameOf(from), toParent, nameOf(to), {
      ...options,
      finish: (original, copy) => finish(original, copy, statDescriptor(fromParent)),
    }),
  );
}

async function inBothParents<T>(
  from: string,
  to: string,
  action: (from: number, to: number) => Promise<T>,
): Promise<T> {
  const fromParent = requireParent(from).descriptor;
  try {
    const toParent = requireParent(to).descriptor;
    try {
      return await action(fromParent, toParent);
    } finally {
      closeDescriptor(toParent);
    }
  } finally {
    closeDescriptor(fromParent);
  }
}

type Copy = (
  from: number,
  fromName: string,
  to: number,
  toName: string,
  options: CopyOptions,
) => Promise<CopyResult>;

const copyOneFile: Copy = (from, fromName, to, toName, options) =>
  copyFile(from, fromName, to, toName, {
    ...options,
    // The entry may give the copy to a user, who could not have read the original.
    finish(original) {
      if (couldBePlanted(original, statDescriptor(from)))
        throw new SystemError("copy", errno.EMLINK, fromName);
    },
  });

const copyDirectory: Copy = async (from, fromName, to, toName, options) => {
  using copy = new Descriptor(makeNewDirectory(to, toName, 0o700));
  try {
    using original = new Descriptor(openHandle(from, fromName));
    return await copyTree(original.number, copy.number, options);
  } catch (error) {
    removeDirectory(to, toName);
    throw error;
  }
};

function noticesOf(step: CopyStep, result: CopyResult): string[] {
  return [
    ...result.otherFilesystems.map(
      (path) => `${step.from}/${path} lies on another filesystem and was not copied`,
    ),
    ...result.changed.map((path) => `${step.from}/${path} was written to while it was copied`),
    ...result.lostAttributes.map((name) => `${step.to} can't keep the attribute ${name} of the original`),
  ];
}

/**
 * Removes a copy again, as far as it still is one: what was written into it since stays. If the original is gone,
 * thrown away by a reboot, even half a copy is worth more than nothing, and stays too.
 * @returns what was kept, and why
 */
export function removeCopiedSource(step: CopyStep): string[] {
  inParentOf(step.to, removeUnfinishedFile);
  const { from, to, what } = step;
  if (statOf(to) === null) return [];
  if (statOf(from)?.type !== what)
    return [`${to} is left: it is all there is of ${from}, and may not be complete`];
  if (what === "file") {
    if (!haveSameContent(from, to)) return [noMereCopy(to)];
    inParentOf(to, unlink);
    return [];
  }
  return inParentOf(to, (parent, name) => {
    const kept = withDescriptor(openHandle(parent, name), (copy) => removeContent(step, copy));
    if (kept.length === 0 && statAt(parent, name) !== null) removeDirectory(parent, name);
    return kept.map((path) => noMereCopy(path === "." ? to : `${to}/${path}`));
  });
}

function noMereCopy(path: string): string {
  return `${path} is left: it is no mere copy any more`;
}

function removeContent(step: CopyStep, copy: number): readonly string[] {
  return inParentOf(step.from, (parent, name) =>
    withDescriptor(openHandle(parent, name), (original) => removeCopy(original, copy).kept),
  );
}
