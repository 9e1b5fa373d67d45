import { errno } from "../linux/abi.ts";
import { SystemError } from "../linux/ffi.ts";
import { closeDescriptor } from "../linux/open.ts";
import { openDirectory, PathError } from "../linux/open-directory.ts";
import type { OpenDirectory } from "../linux/path-walk.ts";
import { statDescriptor } from "../linux/stat.ts";
import { isAtOrBelow, parentOf } from "../model/path.ts";
import type { Step } from "../model/plan.ts";

/**
 * A directory that steps work in one after the other, held open from the first of them to the last.
 *
 * Each of them could openDirectory there anew, which is most of what a mount costs; and a openDirectory says as little about the instant
 * after it. What users do to the way meanwhile is what they could do after the last step, too: the directory that was
 * walked to goes where they move it, with all that is mounted in it, and a symlink in its place is not even met. Only
 * what came over the directory would go unnoticed, and what the steps do beneath it would be hidden. So the way
 * is walked once more in the end.
 */
export class HeldFolder {
  #folder: OpenDirectory | null = null;
  /** As it was asked for: with whatever symlinks there are on the way. */
  #path = "";
  #uses = 0;

  /**
   * The directory that holds `path`. It stays open until another one is asked for, or this one is let go.
   * @throws PathError if there is no safe way to it
   */
  around(path: string): OpenDirectory {
    const parent = parentOf(path);
    if (this.#folder !== null && this.#path === parent) {
      this.#uses += 1;
      return this.#folder;
    }
    this.close();
    const result = openDirectory(parent);
    if (result.kind !== "open") throw new PathError(path, result);
    this.#folder = result;
    this.#path = parent;
    this.#uses = 1;
    return result;
  }

  /** Lets go of another directory than the one that holds `path`. @throws as {@link letGo} */
  keepFor(path: string): void {
    if (this.#folder !== null && this.#path !== parentOf(path)) this.letGo();
  }

  /**
   * Gives the directory back.
   * @throws SystemError `ESTALE`, PathError if its path leads to another mount by now, or to nothing, so that what
   *   was done is hidden
   */
  letGo(): void {
    const folder = this.#folder;
    if (folder === null) return;
    try {
      // What works there once and at once has just come from there.
      if (this.#uses > 1) expectSameMount(folder, this.#path);
    } finally {
      this.close();
    }
  }

  /** Gives the directory back, whatever its path leads to. */
  close(): void {
    if (this.#folder === null) return;
    closeDescriptor(this.#folder.descriptor);
    this.#folder = null;
  }

  /** Gives the directory back if something was mounted over it, at this path without symlinks. */
  closeIfCovered(mountPoint: string): void {
    if (this.#folder !== null && isAtOrBelow(this.#folder.path, mountPoint)) this.close();
  }
}

/** Users may have bent the way since, or exchanged the directory for another one: that could come later, too. */
function expectSameMount(folder: OpenDirectory, path: string): void {
  const again = openDirectory(path);
  if (again.kind === "unsafe") return;
  if (again.kind !== "open") throw new PathError(path, again);
  try {
    const isSame = statDescriptor(folder.descriptor).mountId === statDescriptor(again.descriptor).mountId;
    if (!isSame) throw new SystemError("openat2", errno.ESTALE, path);
  } finally {
    closeDescriptor(again.descriptor);
  }
}

/** The directories that a step works in: at most two, of the target and of the source. */
export class HeldFolders {
  readonly target = new HeldFolder();
  readonly source = new HeldFolder();

  /**
   * Lets go of those that the step does not work in. It can rely on that: what is open on a mount keeps it from being
   * unmounted, and what leads through a name would go on leading to what is renamed.
   * @throws SystemError, PathError where an earlier step did its work in a place that is hidden by now
   */
  turnTo(step: Step): void {
    switch (step.kind) {
      case "mount":
        this.target.keepFor(step.target);
        this.source.keepFor(step.source);
        return;
      case "unmount":
        this.target.keepFor(step.target);
        this.source.letGo();
        return;
      case "link":
      case "unlink":
        this.target.keepFor(step.path);
        this.source.letGo();
        return;
      case "create-directory":
      case "create-file":
        // The other one is not in the way of that, and mostly needed again by the mount that follows.
        this[step.role].keepFor(step.path);
        return;
      default:
        this.letGo();
    }
  }

  letGo(): void {
    this.target.letGo();
    this.source.letGo();
  }

  close(): void {
    this.target.close();
    this.source.close();
  }
}
