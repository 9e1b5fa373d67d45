import { closeDescriptor } from "../linux/open.ts";
import { openDirectory } from "../linux/open-directory.ts";
import { statDescriptor } from "../linux/stat.ts";
import type { Effect } from "../model/generation.ts";
import { parentOf } from "../model/path.ts";
import type { Step } from "../model/plan.ts";

/**
 * The directories that the steps made symlinks in, each once, as effects: those that can be known again by their birth.
 */
export function linkFolders(steps: readonly Step[]): Effect[] {
  const paths = new Set<string>();
  let last = "";
  for (let index = 0; index < steps.length; index += 1) {
    const step = steps[index];
    if (step === undefined || !makesLink(step)) continue;
    const path = parentOf(step.path);
    // Neighbours share theirs.
    if (path !== last) paths.add(path);
    last = path;
  }
  return [...paths].flatMap((path): Effect[] => {
    const found = openDirectory(path);
    if (found.kind !== "open") return [];
    try {
      const { inode, birth } = statDescriptor(found.descriptor);
      return birth === null ? [] : [{ kind: "holds-links", path, identity: { inode, birth } }];
    } finally {
      closeDescriptor(found.descriptor);
    }
  });
}

type LinkStep = Extract<Step, { kind: "link" | "replace-link" | "exchange-for-link" | "replace-file" }>;

function makesLink(step: Step): step is LinkStep {
  switch (step.kind) {
    case "link":
    case "replace-link":
    case "exchange-for-link":
    case "replace-file":
      return true;
    default:
      return false;
  }
}
