import type { SystemError } from "../linux/ffi.ts";
import { closeDescriptor } from "../linux/open.ts";
import type { Stat } from "../linux/stat.ts";
import type { Effect } from "../model/generation.ts";
import type { Step } from "../model/plan.ts";

/** What an object, or a mount of it, is known by again. */
export type Identified = Pick<Stat, "device" | "inode" | "birth" | "mountId">;

/** What carrying out a step left behind for later: for the record, for undoing it, and for the person. */
export interface Outcome {
  /** What imp made and may take away some day. */
  readonly made?: Effect;
  /** A detached copy of a mount that the step took away: undoing attaches it again. */
  readonly keptTree?: number;
  /** Instead of that: a handle of what that mount showed, in a detached copy of the mount that its source lies on. */
  readonly keptHandle?: number;
  /** What the step mounted or gave another owner or mode: undoing has to do with that very object. */
  readonly object?: Identified;
  /** What a person should know: why the step did nothing, or not all. */
  readonly notices?: readonly string[];
}

/** A step that was carried out. */
export interface Done {
  readonly step: Step;
  readonly outcome: Outcome;
}

export function releaseTrees(steps: readonly Done[]): void {
  for (let index = 0; index < steps.length; index += 1) {
    const outcome = steps[index]?.outcome;
    if (outcome?.keptTree !== undefined) closeDescriptor(outcome.keptTree);
    if (outcome?.keptHandle !== undefined) closeDescriptor(outcome.keptHandle);
  }
}

/** What a step is about, as the start of a sentence about its failure. */
export function failedAttempt(step: Step): string {
  switch (step.kind) {
    case "create-directory":
      return `Failed to create the directory ${step.path}`;
    case "create-file":
      return `Failed to create the file ${step.path}`;
    case "copy-source":
      return `Failed to copy ${step.from} to ${step.to}`;
    case "adopt-file":
      return `Failed to adopt ${step.from} as ${step.to}`;
    case "set-access":
      return `Failed to change owner and mode of ${step.path}`;
    case "back-up":
      return `Failed to rename ${step.path} to ${step.backup}`;
    case "put-back":
      return `Failed to rename ${step.backup} to ${step.path}`;
    case "mount":
    case "replace-mount":
      return `Failed to create mount at ${step.target}`;
    case "set-mount-options":
      return `Failed to change the options of the mount at ${step.target}`;
    case "set-hidden":
      return `Failed to change whether file managers show the mount at ${step.target}`;
    case "unmount":
      return `Failed to unmount ${step.target}`;
    case "link":
    case "replace-link":
    case "exchange-for-link":
    case "replace-file":
      return `Failed to create symlink at ${step.path}`;
    case "unlink":
    case "unlink-to-copy":
      return `Failed to remove the symlink ${step.path}`;
    case "set-aside":
      return `Failed to remove ${step.path}`;
  }
}

/** What a person can do about a refusal of the kernel. */
export function remedyFor(error: SystemError): string {
  switch (error.code) {
    case "EPERM":
    case "EACCES":
      return "run the command with sudo; inside a container it needs CAP_SYS_ADMIN";
    case "EBUSY":
      return "something uses it; stop that and try again";
    case "EMLINK":
      return "it may have another name somewhere else: make it a file of its own (cp it and mv the copy over it)";
    case "ESTALE":
      return "somebody put something else there just now; look what it is, and try again";
    case "EROFS":
      return "the filesystem is read-only; mount it writable, or leave the entry out";
    case "ENOSPC":
    case "EDQUOT":
      return "the filesystem is full; free some room and try again";
    case "EXDEV":
      return "a directory of an overlay's lower layer can't be renamed; move it away by hand (cp -a, then rm -r)";
    case "ENOSYS":
      return "imp needs Linux 5.12 or newer";
    default:
      return "put that right and try again";
  }
}
