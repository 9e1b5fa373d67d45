import type { DirectoryEntry, Entry } from "../model/manifest.ts";
import { ancestorsOf, rebase } from "../model/path.ts";

/**
 * Where paths lead once a set of directory entries is mounted: `/home/ada/notes` is really
 * `/persist/home/ada/notes` if `/home/ada` is mounted from there. The real place can be looked at and worked on
 * before the mount exists, and stays the same while it comes and goes.
 */
export interface Layout {
  /** The place that `path` leads to; a mount point itself counts as what lies under its own mount. */
  placeOf(path: string): string;
}

export function layoutOf(entries: Iterable<Entry>): Layout {
  const directories = new Map<string, DirectoryEntry>();
  for (const entry of entries) {
    if (entry.kind === "directory") directories.set(entry.target, entry);
  }

  function placeOf(path: string): string {
    let place = path;
    // Every turn leaves one mount behind; more turns than mounts would be a circle.
    for (let turns = 0; turns <= directories.size; turns += 1) {
      const above = ancestorsOf(place)
        .map((ancestor) => directories.get(ancestor))
        .find((entry) => entry !== undefined);
      if (above === undefined) return place;
      place = rebase(place, above.target, above.source);
    }
    return place;
  }

  return { placeOf };
}
