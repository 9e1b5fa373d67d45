import { errno } from "../linux/abi.ts";
import { exchange, renameToFree, unlink } from "../linux/directory-entries.ts";
import { isSystemError, SystemError } from "../linux/ffi.ts";
import { isLink } from "./objects.ts";

/**
 * Programs save by renaming a new file over a name, at any moment: also in the very instant in which imp moves or removes
 * what is there. The kernel can't do that on condition that a certain object is there. So it is moved first, looked at
 * again where it is then, and moved back if it is another one.
 */

/**
 * Removes a name if it is imp's.
 * @param isOurs tells that of the object at a name; false if there is none
 * @returns false if it is not, or if another process put something else there in this moment: that stays
 */
export function removeIf(parent: number, name: string, isOurs: (name: string) => boolean): boolean {
  const aside = nameAside(name);
  if (!moveAside(parent, name, aside, isOurs)) {
    // A process was killed in between.
    if (isOurs(aside)) unlink(parent, aside);
    return false;
  }
  unlink(parent, aside);
  return true;
}

/** {@link moveIf}; what a killed process left at the other name gives way. */
function moveAside(parent: number, name: string, aside: string, isOurs: (name: string) => boolean): boolean {
  try {
    return moveIf(parent, name, aside, isOurs);
  } catch (error) {
    if (!isSystemError(error, "EEXIST") || !isOurs(aside)) throw error;
    unlink(parent, aside);
    return moveIf(parent, name, aside, isOurs);
  }
}

/**
 * Gives an object another name, a free one, if it is the one that is meant.
 * @param isMeant tells that of the object at a name; false if there is none
 * @returns false if it is not, or if another process put something else there in this moment: that stays
 */
export function moveIf(
  parent: number,
  name: string,
  other: string,
  isMeant: (name: string) => boolean,
): boolean {
  if (!isMeant(name)) return false;
  renameToFree(parent, name, parent, other);
  if (isMeant(other)) return true;
  renameToFree(parent, other, parent, name);
  return false;
}

/** The same for the process that removes and for one that finds it killed. */
export function nameAside(name: string): string {
  return `.imp-${Bun.hash(name).toString(36)}`;
}

/**
 * Puts what is at `aside` in the place of what is imp's, which goes.
 * @throws SystemError `ESTALE` if another process put something else there; both are as they were then
 */
export function takePlaceOf(
  parent: number,
  name: string,
  aside: string,
  isOurs: (name: string) => boolean,
): void {
  if (!exchangeIf(parent, name, aside, isOurs)) throw new SystemError("renameat2", errno.ESTALE, name);
  unlink(parent, aside);
}

/**
 * Exchanges what is at `other` for what is meant.
 * @returns false if that is not there, or if another process put something else there in this moment: both are as they were
 */
export function exchangeIf(
  parent: number,
  name: string,
  other: string,
  isMeant: (name: string) => boolean,
): boolean {
  if (!isMeant(name)) return false;
  exchange(parent, name, other);
  if (isMeant(other)) return true;
  exchange(parent, name, other);
  return false;
}

/** {@link removeIf} and {@link takePlaceOf} for imp's own symlink. */
export function isOurLink(parent: number, text: string): (name: string) => boolean {
  return (name) => isLink(parent, name, text);
}
