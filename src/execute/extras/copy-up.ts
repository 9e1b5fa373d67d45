import { setAccessTime } from "../../linux/attributes.ts";
import { isSystemError } from "../../linux/ffi.ts";
import { isOnOverlay } from "../../linux/mounts.ts";
import { openHandle, withDescriptor } from "../../linux/open.ts";
import { inParentOf, PathError } from "../../linux/open-directory.ts";
import { statDescriptor } from "../../linux/stat.ts";
import type { Identity } from "../../model/object.ts";
import type { Plan, Step } from "../../model/plan.ts";
import { isObject } from "../objects.ts";

/**
 * An overlay copies what it renames up from its lower layers, which gives it another birth, and on some overlays another
 * inode number: neither the step itself nor an undo of it would know it again. So what the steps move is
 * copied up beforehand, and the plan gets the identities that it has from then on.
 */
export function copyUpAll(plan: Plan): Plan {
  return plan.steps.reduce((current, _, index) => copyUpFor(current, index), plan);
}

/**
 * As {@link copyUpAll}, for one step.
 * @param index of the step in the plan
 * @returns the same plan, if nothing has another identity
 */
export function copyUpFor(plan: Plan, index: number): Plan {
  const step = plan.steps[index] as Step;
  return movedBy(step).reduce((current, { path, identity }) => {
    const lasting = copyUpObject(path, identity);
    return lasting === null ? current : identifyAnew(current, step.serves, identity, lasting);
  }, plan);
}

/** False where nothing has to be copied up, as for most plans. */
export function movesAnything({ steps }: Plan): boolean {
  return steps.some((step) => movedBy(step).length > 0);
}

interface Moved {
  readonly path: string;
  readonly identity: Identity;
}

/** What has to be known again after it was moved, and where it is before. */
function movedBy(step: Step): readonly Moved[] {
  switch (step.kind) {
    case "back-up":
    case "exchange-for-link":
    case "replace-file":
    case "set-aside":
      return [step];
    case "put-back":
      return [{ path: step.backup, identity: step.identity }];
    case "adopt-file":
      return [
        { path: step.from, identity: step.identity },
        { path: step.to, identity: step.sourceIdentity },
      ];
    default:
      return [];
  }
}

/** The object's new identity; null if it has the old one still, or is not there (yet), or not on an overlay. */
function copyUpObject(path: string, identity: Identity): Identity | null {
  try {
    return inParentOf(path, (parent, name) =>
      withDescriptor(openHandle(parent, name), (handle) => {
        if (!isOnOverlay(handle) || !isObject(statDescriptor(handle), identity)) return null;
        copyUp(handle);
        const found = statDescriptor(handle);
        return isObject(found, identity) ? null : { inode: found.inode, birth: found.birth };
      }),
    );
  } catch (error) {
    // What is in the way of it is in the way of the step, too, which tells of it.
    if (isSystemError(error) || error instanceof PathError) return null;
    throw error;
  }
}

/**
 * Has an overlay copy the object up from a lower layer, if it lies in one, as every change of it would. All that can be
 * read of it stays the same but its birth, its change time and, on some overlays, its inode number
 * (Documentation/filesystems/overlayfs.rst, "Inode properties").
 * @param descriptor of any kind, a handle of a symlink included; it stands for the same object as before
 * @throws SystemError EPERM if it belongs to another user, and all that a change of it would meet
 */
function copyUp(descriptor: number): void {
  // One of the few changes that fit every type of object and leave it as it is.
  setAccessTime(descriptor, statDescriptor(descriptor).accessed);
}

/** Inode numbers of different filesystems can be the same, so only what serves the same entry is meant. */
function identifyAnew(plan: Plan, serves: string, old: Identity, lasting: Identity): Plan {
  const isSame = ({ inode, birth }: Identity) => inode === old.inode && birth === old.birth;
  const anew = <Action extends Step | Plan["afterwards"][number]>(action: Action): Action => {
    if (action.serves !== serves) return action;
    const isMeant = "identity" in action && isSame(action.identity);
    const isSource = "sourceIdentity" in action && isSame(action.sourceIdentity);
    return {
      ...action,
      ...(isMeant ? { identity: lasting } : {}),
      ...(isSource ? { sourceIdentity: lasting } : {}),
    };
  };
  return { ...plan, steps: plan.steps.map(anew), afterwards: plan.afterwards.map(anew) };
}
