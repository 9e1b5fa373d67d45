import type { Entry } from "../model/manifest.ts";

/** An entry that is all usual but for its target. */
export function linked(target: string): Entry {
  return {
    kind: "linked-file",
    root: "/p",
    target,
    source: `/p${target}`,
    backup: false,
    createParents: true,
    createSources: false,
    place: { line: 1, column: 1, length: 1 },
  };
}
