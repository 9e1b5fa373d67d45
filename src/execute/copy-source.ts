import {
  closeDescriptor,
  makeDirectory,
  openForReading,
  openHandle,
  removeDirectory,
  sameContent,
  unlink,
  withDescriptor,
} from "../linux/files.ts";
import { statAt } from "../linux/stat.ts";
import { inParentOf, PathError, walkToParent } from "../linux/walk.ts";
import { nameOf } from "../model/path.ts";
import type { Step } from "../model/plan.ts";
import { type CopyResult, copyFile, copyTree, removeCopy } from "./copy-tree.ts";
import type { Outcome } from "./session.ts";

type CopyStep = Extract<Step, { kind: "copy-source" }>;

/** Creates a source as a copy of what stands at its target. */
export async function copySource(step: CopyStep, stopIfAsked: () => void): Promise<Outcome> {
  const [from, to] = [openParent(step.from), openParent(step.to)];
  try {
    const [fromName, toName] = [nameOf(step.from), nameOf(step.to)];
    const result =
      step.what === "file"
        ? await copyFile(from, fromName, to, toName, { signal: stopIfAsked })
        : await copyDirectory(from, fromName, to, toName, stopIfAsked);
    return { notices: noticesOf(step, result) };
  } finally {
    closeDescriptor(from);
    closeDescriptor(to);
  }
}

function openParent(path: string): number {
  const result = walkToParent(path);
  if (result.kind !== "open") throw new PathError(path, result);
  return result.descriptor;
}

async function copyDirectory(
  from: number,
  fromName: string,
  to: number,
  toName: string,
  stopIfAsked: () => void,
): Promise<CopyResult> {
  makeDirectory(to, toName, 0o700);
  const [original, copy] = [openHandle(from, fromName), openHandle(to, toName)];
  try {
    return await copyTree(original, copy, { signal: stopIfAsked });
  } catch (error) {
    removeDirectory(to, toName);
    throw error;
  } finally {
    closeDescriptor(original);
    closeDescriptor(copy);
  }
}

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
 * Removes a copy that was made by mistake, as far as it still is one: what somebody wrote into it since stays.
 * @returns what was kept, relative to the copy
 */
export function removeCopiedSource(step: CopyStep): string[] {
  return inParentOf(step.to, (to, toName) => {
    if (statAt(to, toName) === null) return [];
    return inParentOf(step.from, (from, fromName) => {
      if (step.what === "file") return removeCopiedFile(from, fromName, to, toName);
      const { kept } = withDescriptor(openHandle(from, fromName), (original) =>
        withDescriptor(openHandle(to, toName), (copy) => removeCopy(original, copy)),
      );
      if (kept.length === 0) removeDirectory(to, toName);
      return kept;
    });
  });
}

function removeCopiedFile(from: number, fromName: string, to: number, toName: string): string[] {
  const isSame = withDescriptor(openForReading(from, fromName), (original) =>
    withDescriptor(openForReading(to, toName), (copy) => sameContent(original, copy)),
  );
  if (!isSame) return ["."];
  unlink(to, toName);
  return [];
}
