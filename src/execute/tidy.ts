import { removeDirectory, renameToFree, unlink } from "../linux/directory-entries.ts";
import { isSystemError } from "../linux/ffi.ts";
import { describeFailure, inParentOf, PathError } from "../linux/open-directory.ts";
import { statAt } from "../linux/stat.ts";
import type { Identity } from "../model/object.ts";
import { nameOf, parentOf } from "../model/path.ts";
import type { Tidying } from "../model/plan.ts";
import { removeIf } from "./conditional-rename.ts";
import { syncDirectories } from "./durability.ts";
import { HeldFolder } from "./held-folders.ts";
import { haveSameContent, isEmpty, isObject } from "./objects.ts";

/** How far {@link tidyUp} came. */
export interface Tidied {
  /** What was left, and why. */
  readonly notices: readonly string[];
  /** False if the kernel refused something that may work later. */
  readonly isDone: boolean;
}

/** Removes what imp made and needs no more, once the command is on record. Nothing here can make the command fail. */
export function tidyUp(afterwards: readonly Tidying[]): Tidied {
  const patience = new Patience();
  const notices: string[] = [];
  let isDone = true;
  const tryTo = (action: () => readonly string[], message: string) => {
    try {
      notices.push(...action());
    } catch (error) {
      if (!isSystemError(error)) throw error;
      notices.push(`${message}: ${error.message}`);
      isDone = false;
    }
  };
  // Directories that were neighbours go one after the other; each is known by its identity, wherever the folder is now.
  const folder = new HeldFolder();
  try {
    for (const tidying of afterwards) {
      tryTo(() => tidyPatiently(tidying, folder, patience), `${tidying.path} could not be removed`);
    }
  } finally {
    folder.close();
  }
  // The journal goes next: it must not be gone while what it is about comes back in a power cut.
  tryTo(() => {
    syncDirectories(afterwards.map(({ path }) => parentOf(path)));
    return [];
  }, "what was removed could not be written to the disk");
  return { notices, isDone };
}

function tidyPatiently(tidying: Tidying, folder: HeldFolder, patience: Patience): string[] {
  try {
    return patience.insist(() => tidy(tidying, folder));
  } catch (error) {
    if (error instanceof PathError) return whyLeft(tidying, error);
    throw error;
  }
}

/** Where the way to it is gone, so is the thing. */
function whyLeft({ path }: Tidying, { failure }: PathError): string[] {
  return failure.kind === "missing" ? [] : [`${path} is left: ${describeFailure(failure)}`];
}

function tidy(tidying: Tidying, folder: HeldFolder): string[] {
  const { kind, path } = tidying;
  if (kind === "remove-directory") return tidyIn(folder.around(path).descriptor, nameOf(path), tidying);
  return inParentOf(path, (parent, name) => tidyIn(parent, name, tidying));
}

function tidyIn(parent: number, name: string, tidying: Tidying): string[] {
  const { path, identity } = tidying;
  if (tidying.kind === "remove-file" && removeIf(parent, name, isOurEmptyFile(parent, identity))) return [];
  const found = statAt(parent, name);
  if (found === null || !isObject(found, identity)) return [];
  switch (tidying.kind) {
    case "remove-directory":
    case "remove-file":
      if (!isEmpty(parent, name, found)) return [`${path} is left: it is not empty`];
      if (tidying.kind === "remove-directory") removeDirectory(parent, name);
      return [];
    case "discard-file":
      if (haveSameContent(path, tidying.sameAs)) {
        unlink(parent, name);
        return [];
      }
      return [keepChanged(parent, name, path, tidying.serves)];
  }
}

function isOurEmptyFile(parent: number, identity: Identity): (name: string) => boolean {
  return (name) => {
    const found = statAt(parent, name);
    return found !== null && isObject(found, identity) && isEmpty(parent, name, found);
  };
}

/** Another process wrote into the file in the instant between comparing and replacing it. */
function keepChanged(parent: number, name: string, path: string, target: string): string {
  const kept = `${name.replace(/^\./, "")}.kept`;
  renameToFree(parent, name, parent, kept);
  return `what was at ${target} changed while imp replaced it; it is kept beside it as ${kept} (was ${path})`;
}

/** For a whole command, in milliseconds. */
const longest = 1_000;

/**
 * Users can bend the ways below their directories again and again, each time for an instant: they exchange one of them
 * for a symlink. A step forward is refused then. A step back has to be made all the same, so it is tried until the way
 * is straight, or until it becomes clear that they do not stop.
 */
export class Patience {
  #left = longest;

  /** Runs `action`, again as long as it meets an unsafe path; it must do no harm to run it twice. */
  insist<T>(action: () => T): T {
    const begin = performance.now();
    for (;;) {
      try {
        return action();
      } catch (error) {
        const passed = performance.now() - begin;
        if (error instanceof PathError && error.failure.kind === "unsafe" && passed < this.#left) continue;
        this.#left -= passed;
        throw error;
      }
    }
  }
}
