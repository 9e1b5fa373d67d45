import { isSystemError } from "../linux/ffi.ts";
import { removeDirectory, renameToFree, unlink } from "../linux/files.ts";
import { statAt } from "../linux/stat.ts";
import { inParentOf, PathError } from "../linux/walk.ts";
import type { Tidying } from "../model/plan.ts";
import { haveSameContent, isEmpty, isObject } from "./objects.ts";

/**
 * Removes what imp made and needs no more, once the command is on record. Nothing here can make the command fail.
 * @returns what was left, and why
 */
export function tidyUp(afterwards: readonly Tidying[]): string[] {
  return afterwards.flatMap((tidying) => {
    try {
      return tidy(tidying);
    } catch (error) {
      if (error instanceof PathError) return [];
      if (!isSystemError(error)) throw error;
      return [`${tidying.path} could not be removed: ${error.message}`];
    }
  });
}

function tidy(tidying: Tidying): string[] {
  const { path, identity } = tidying;
  return inParentOf(path, (parent, name) => {
    const found = statAt(parent, name);
    if (found === null || !isObject(found, identity)) return [];
    switch (tidying.kind) {
      case "remove-directory":
      case "remove-file":
        if (!isEmpty(parent, name, found)) return [`${path} is left: it is not empty`];
        if (tidying.kind === "remove-directory") removeDirectory(parent, name);
        else unlink(parent, name);
        return [];
      case "discard-file":
        if (haveSameContent(path, tidying.sameAs)) {
          unlink(parent, name);
          return [];
        }
        return [keepChanged(parent, name, path, tidying.serves)];
    }
  });
}

/** Somebody wrote into the file in the instant between comparing and replacing it. */
function keepChanged(parent: number, name: string, path: string, target: string): string {
  const kept = `${name.replace(/^\./, "")}.kept`;
  renameToFree(parent, name, parent, kept);
  return `what was at ${target} changed while imp replaced it; it is kept beside it as ${kept} (was ${path})`;
}
