import { errno } from "../linux/abi.ts";
import { changeMode, changeOwner } from "../linux/attributes.ts";
import { couldBePlanted } from "../linux/authorship.ts";
import { SystemError } from "../linux/ffi.ts";
import { openHandle, withDescriptor } from "../linux/open.ts";
import { inParentOf } from "../linux/open-directory.ts";
import { areOneObject, type Stat, statDescriptor } from "../linux/stat.ts";
import type { Access } from "../model/object.ts";
import type { Identified } from "./step-context.ts";

/** Owners and modes, and whose they may be changed. */

/**
 * The owner first: changing it takes set-id bits away.
 * @param current as it was found just now
 */
export function setAccess(handle: number, current: Access, wanted: Access): void {
  let { mode } = current;
  if (current.uid !== wanted.uid || current.gid !== wanted.gid) {
    changeOwner(handle, wanted.uid, wanted.gid);
    mode = statDescriptor(handle).mode;
  }
  if (mode !== wanted.mode) changeMode(handle, wanted.mode);
}

/**
 * Changes owner and mode from what the plan saw, or from what a change of it that broke off left.
 * @param changed what the change was made to, if this takes it back in the same process
 * @returns what was changed
 */
export function changeAccess(path: string, from: Access, to: Access, changed?: Identified): Stat {
  return inParentOf(path, (parent, name) =>
    withDescriptor(openHandle(parent, name), (handle) => {
      const found = statDescriptor(handle);
      if (isSame(found, to)) return found;
      if (!isBetween(found, from, to)) throw new SystemError("chown", errno.ESTALE, path);
      if (changed === undefined || !areOneObject(found, changed))
        requireOnlyName(found, statDescriptor(parent), path);
      try {
        setAccess(handle, found, to);
      } catch (error) {
        changeOwner(handle, found.uid, found.gid);
        throw error;
      }
      // On an overlay it has another birth now.
      return statDescriptor(handle);
    }),
  );
}

/** True if it has the one or the other owner and group: what another process put in the place mostly has not. */
export function isBetween(found: Access, from: Access, to: Access): boolean {
  return [from.uid, to.uid].includes(found.uid) && [from.gid, to.gid].includes(found.gid);
}

function isSame(found: Access, to: Access): boolean {
  return found.uid === to.uid && found.gid === to.gid && found.mode === to.mode;
}

/**
 * Another name of a file can lie in a place where its owner must not change; and a symlink's mode means nothing.
 * @throws SystemError EMLINK
 */
function requireOnlyName(found: Stat, folder: Stat, path: string): void {
  if (found.type === "directory") return;
  const isOnly = found.type === "file" && found.links === 1 && !couldBePlanted(found, folder);
  if (!isOnly) throw new SystemError("chown", errno.EMLINK, path);
}
