import { errno } from "../../linux/abi.ts";
import { attributeNames } from "../../linux/attributes.ts";
import { couldBePlanted } from "../../linux/authorship.ts";
import { exchange, renameToFree, unlink } from "../../linux/directory-entries.ts";
import { SystemError } from "../../linux/ffi.ts";
import { inParentOf } from "../../linux/open-directory.ts";
import { type Stat, statAt, statDescriptor } from "../../linux/stat.ts";
import { join, nameOf, parentOf } from "../../model/path.ts";
import type { Step } from "../../model/plan.ts";
import { setAccess } from "../access.ts";
import type { CopyOptions } from "../copy/session.ts";
import { copyWith } from "../copy/source.ts";
import { removeUnfinishedFile } from "../copy/tree.ts";
import { expectObject, haveSameContent, isObject, statOf } from "../objects.ts";

type AdoptStep = Extract<Step, { kind: "adopt-file" }>;

/**
 * Gives the source the content of the file that a program put in the place of the symlink. The copy is whole, and on the
 * disk, before it takes the place of the old source in an instant; that is then renamed to the backup.
 */
export async function adoptFile(step: AdoptStep, options: CopyOptions): Promise<void> {
  const aside = nameOf(step.aside);
  inParentOf(step.to, (parent, name) => expectObject(parent, name, step.sourceIdentity));
  await copyWith(step.from, step.aside, options, (original, copy, folder) => {
    expectAdoptable(step, original, copy, folder);
    setAccess(copy, statDescriptor(copy), step.access);
  });
  inParentOf(step.to, (parent, name) => {
    const copy = statAt(parent, aside);
    try {
      exchange(parent, name, aside);
      if (!isObject(statAt(parent, aside), step.sourceIdentity)) {
        exchange(parent, name, aside);
        throw new SystemError("renameat2", errno.ESTALE, name);
      }
      try {
        renameToFree(parent, aside, parent, nameOf(step.backup));
      } catch (error) {
        exchange(parent, name, aside);
        throw error;
      }
    } catch (error) {
      if (copy !== null && isObject(statAt(parent, aside), copy)) unlink(parent, aside);
      throw error;
    }
  });
}

/** @throws SystemError if it is not the file that the plan saw, or could be another user's */
function expectAdoptable(step: AdoptStep, original: Stat, copy: number, folder: Stat): void {
  if (!isObject(original, step.identity)) throw new SystemError("copy", errno.ESTALE, step.from);
  const isPrivileged = attributeNames(copy).includes("security.capability");
  if (original.links > 1 || isPrivileged || couldBePlanted(original, folder))
    throw new SystemError("copy", errno.EMLINK, step.from);
}

/**
 * Takes an adoption back, as far as it was carried out. If the file that was adopted is gone, thrown away by a reboot,
 * the copy is all there is of it: then the adoption is finished instead.
 * @returns what a person should know
 */
export function revertAdoption(step: AdoptStep): string[] {
  const isBack = isObject(statOf(step.from), step.identity);
  return inParentOf(step.to, (parent, name) => {
    removeUnfinishedFile(parent);
    const names = [nameOf(step.aside), nameOf(step.backup)] as const;
    const isOld = (at: string) => isObject(statAt(parent, at), step.sourceIdentity);
    const isCopy = (at: string) => haveSameContent(join(parentOf(step.to), at), step.from);
    const [aside, backup] = names;
    if (!isBack) {
      if (isOld(name) && statAt(parent, aside)?.type === "file") exchange(parent, name, aside);
      if (isOld(aside)) renameToFree(parent, aside, parent, backup);
      return isOld(backup) ? [`${step.to} stays as it was adopted: ${step.from} is gone`] : [];
    }
    const holder = names.find(isOld);
    if (holder !== undefined) exchange(parent, name, holder);
    return names.flatMap((at) => {
      if (isOld(at) || statAt(parent, at) === null) return [];
      if (!isOld(name)) return [];
      if (!isCopy(at)) return [`${join(parentOf(step.to), at)} is left: somebody wrote into it`];
      unlink(parent, at);
      return [];
    });
  });
}
