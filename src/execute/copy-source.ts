import {
  closeDescriptor,
  makeDirectory,
  openHandle,
  removeDirectory,
  unlink,
  withDescriptor,
} from "../linux/files.ts";
import { statAt, statDescriptor } from "../linux/stat.ts";
import { inParentOf, PathError, walkToParent } from "../linux/walk.ts";
import type { Access } from "../model/observation.ts";
import { nameOf } from "../model/path.ts";
import type { Step } from "../model/plan.ts";
import { type CopyResult, copyFile, copyTree, removeCopy } from "./copy-tree.ts";
import { haveSameContent, setAccess, statOf } from "./objects.ts";
import type { Outcome } from "./session.ts";

type CopyStep = Extract<Step, { kind: "copy-source" }>;

/** Creates a source as a copy of what stands at its target. */
export async function copySource(step: CopyStep, stopIfAsked: () => void): Promise<Outcome> {
  const copy = step.what === "file" ? copyOneFile : copyDirectory;
  const result = await inBothParents(step.from, step.to, (from, to) =>
    copy(from, nameOf(step.from), to, nameOf(step.to), stopIfAsked),
  );
  return { notices: noticesOf(step, result) };
}

/** Copies a file to a free name, and gives the copy this owner and mode. */
export async function copyToName(
  from: string,
  to: string,
  access: Access,
  stopIfAsked: () => void,
): Promise<void> {
  await inBothParents(from, to, async (fromParent, toParent) => {
    const name = nameOf(to);
    await copyOneFile(fromParent, nameOf(from), toParent, name, stopIfAsked);
    withDescriptor(openHandle(toParent, name), (handle) => setAccess(handle, statDescriptor(handle), access));
  });
}

async function inBothParents<T>(
  from: string,
  to: string,
  action: (from: number, to: number) => Promise<T>,
): Promise<T> {
  const fromParent = openParent(from);
  try {
    const toParent = openParent(to);
    try {
      return await action(fromParent, toParent);
    } finally {
      closeDescriptor(toParent);
    }
  } finally {
    closeDescriptor(fromParent);
  }
}

function openParent(path: string): number {
  const result = walkToParent(path);
  if (result.kind !== "open") throw new PathError(path, result);
  return result.descriptor;
}

type Copy = (
  from: number,
  fromName: string,
  to: number,
  toName: string,
  stop: () => void,
) => Promise<CopyResult>;

const copyOneFile: Copy = (from, fromName, to, toName, stop) =>
  copyFile(from, fromName, to, toName, { signal: stop });

const copyDirectory: Copy = async (from, fromName, to, toName, stop) => {
  makeDirectory(to, toName, 0o700);
  const [original, copy] = [openHandle(from, fromName), openHandle(to, toName)];
  try {
    return await copyTree(original, copy, { signal: stop });
  } catch (error) {
    removeDirectory(to, toName);
    throw error;
  } finally {
    closeDescriptor(original);
    closeDescriptor(copy);
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
 * Removes a copy again, as far as it still is one: what somebody wrote into it since stays. If the original is gone,
 * thrown away by a reboot, even half a copy is worth more than nothing, and stays too.
 * @returns what was kept
 */
export function removeCopiedSource(step: CopyStep): string[] {
  if (statOf(step.to) === null) return [];
  if (step.what === "file") {
    if (!haveSameContent(step.from, step.to)) return [step.to];
    inParentOf(step.to, unlink);
    return [];
  }
  return inParentOf(step.to, (parent, name) => {
    const kept = withDescriptor(openHandle(parent, name), (copy) => removeContent(step, copy));
    if (kept.length === 0 && statAt(parent, name) !== null) removeDirectory(parent, name);
    return kept.map((path) => (path === "." ? step.to : `${step.to}/${path}`));
  });
}

function removeContent(step: CopyStep, copy: number): readonly string[] {
  if (statOf(step.from)?.type !== "directory") return ["."];
  return inParentOf(step.from, (parent, name) =>
    withDescriptor(openHandle(parent, name), (original) => removeCopy(original, copy).kept),
  );
}
