import { SystemError } from "../linux/ffi.ts";
import { exchange, renameToFree, unlink } from "../linux/files.ts";
import { isLink } from "./objects.ts";

/**
 * Programs save by renaming a new file over a name, at any moment: over imp's symlink too, and in the very instant in
 * which imp takes that away. The kernel can't remove a name on condition that a certain object is there. So the object
 * goes out of the way first, to a name that nobody else knows, and is looked at again there.
 */

const ESTALE = 116;

/**
 * Removes a name if it is imp's.
 * @param isOurs tells that of the object at a name; false if there is none
 * @returns false if it is not, or if somebody put something else there in this moment: that stays
 */
export function removeIf(parent: number, name: string, isOurs: (name: string) => boolean): boolean {
  const aside = nameAside(name);
  // A process was killed in between.
  if (isOurs(aside)) unlink(parent, aside);
  if (!isOurs(name)) return false;
  renameToFree(parent, name, parent, aside);
  if (isOurs(aside)) {
    unlink(parent, aside);
    return true;
  }
  renameToFree(parent, aside, parent, name);
  return false;
}

/** The same for the process that removes and for one that finds it killed. */
export function nameAside(name: string): string {
  return `.imp-${Bun.hash(name).toString(36)}`;
}

/**
 * Puts what is at `aside` in the place of what is imp's, which goes.
 * @throws SystemError `ESTALE` if somebody put something else there; both are as they were then
 */
export function takePlaceOf(
  parent: number,
  name: string,
  aside: string,
  isOurs: (name: string) => boolean,
): void {
  if (isOurs(name)) {
    exchange(parent, name, aside);
    if (isOurs(aside)) {
      unlink(parent, aside);
      return;
    }
    exchange(parent, name, aside);
  }
  throw new SystemError("renameat2", ESTALE, name);
}

/** {@link removeIf} and {@link takePlaceOf} for imp's own symlink. */
export function isOurLink(parent: number, text: string): (name: string) => boolean {
  return (name) => isLink(parent, name, text);
}
