import type { Manifest } from "../../src/model/manifest.ts";
import { isAtOrBelow, isBelow } from "../../src/model/path.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * What is not as it was before imp came, though every entry is gone again. Sources stay, so what is new in a persistence
 * root counts for nothing, and so do owners and modes that entries asked for. A file that a link had replaced comes
 * back as a copy.
 * @param placeOf the place (as in a snapshot) that a path had at first
 */
export function remains(
  before: Snapshot,
  after: Snapshot,
  manifests: readonly Manifest[],
  noFollow: (path: string) => string,
): string[] {
  const entries = manifests.flatMap((manifest) => manifest.entries);
  const storage = entries.map(({ source }) => noFollow(source));
  const isStorage = (place: string) =>
    storage.some((source) => isAtOrBelow(place, source) || isBelow(source, place));
  const asksAccess = entries.some(
    ({ user, group, mode, parentDirectory }) => (user ?? group ?? mode ?? parentDirectory) !== undefined,
  );
  const differences: string[] = [];
  for (const [place, was] of before.objects) {
    const is = after.objects.get(place);
    if (is === undefined) differences.push(`${place} is gone: ${was.text}`);
    else if (essence(was.text, asksAccess) !== essence(is.text, asksAccess)) {
      differences.push(`${place}: ${was.text} became ${is.text}`);
    } else if (was.text.startsWith("directory") && was.identity.birth !== is.identity.birth) {
      differences.push(`${place} is another directory`);
    }
  }
  for (const [place, is] of after.objects) {
    if (!before.objects.has(place) && !isStorage(place)) differences.push(`${place} is left: ${is.text}`);
  }
  const [mounts, mountsNow] = [before.mounts.join("\n"), after.mounts.join("\n")];
  if (mounts !== mountsNow) differences.push(`mounts:\n${mounts}\nbecame\n${mountsNow}`);
  return differences;
}

/** Without owner, mode and number of links where these may have changed. */
function essence(text: string, ignoresAccess: boolean): string {
  const [kind = "", owner = "", mode = "", ...rest] = text.split(" ");
  if (kind === "symlink") return text;
  const content = rest.filter((word) => !/^x\d+$/.test(word));
  return [kind, ...(ignoresAccess ? [] : [owner, mode]), ...content].join(" ");
}
