import type { Entry } from "../model/manifest.ts";
import { isAtOrBelow } from "../model/path.ts";
import { asksOwnership, contradictoryOwnership } from "./asked-ownership.ts";
import { visitNested } from "./nesting.ts";
import type { Reader } from "./reader.ts";
import type { Resolution } from "./resolve.ts";
import { shown } from "./shown.ts";
import type { Targets } from "./targets.ts";

/**
 * Checks the entries against each other, across all roots; what is wrong is reported to `reader`.
 * @param targets those of all entries and orphans
 */
export function checkEntries(reader: Reader, { entries, orphans }: Resolution, targets: Targets): void {
  const all = [...entries, ...orphans];
  if (!targets.areDistinct || !targets.areApart) {
    const ordered = all.toSorted(byPlace);
    repeatedTargets(reader, ordered);
    belowFiles(reader, ordered);
  }
  const asking: Entry[] = [];
  for (let index = 0; index < all.length; index += 1) {
    const entry = all[index];
    if (entry === undefined) continue;
    if (asksOwnership(entry)) asking.push(entry);
    if (index < entries.length && mayContainStorage(entry)) containedStorage(reader, entry);
  }
  contradictoryOwnership(reader, asking.sort(byPlace));
}

function byPlace({ place: left }: Entry, { place: right }: Entry): number {
  return left.line - right.line || left.column - right.column;
}

function repeatedTargets(reader: Reader, entries: readonly Entry[]): void {
  const seen = new Map<string, Entry>();
  for (const entry of entries) {
    const first = seen.get(entry.target);
    if (first === undefined) {
      seen.set(entry.target, entry);
      continue;
    }
    const message = `the target ${shown(entry.target)} is given twice, first at ${reader.source.name(first.place)}`;
    reader.refuse(entry.place, message, "keep one of the two entries");
  }
}

function belowFiles(reader: Reader, entries: readonly Entry[]): void {
  visitNested(entries, (entry, enclosing) => {
    const file = enclosing.findLast(({ kind }) => kind !== "directory");
    if (file === undefined) return;
    const where = `${shown(file.target)}, which is a file at ${reader.source.name(file.place)}`;
    const help = "move the upper entry to `directories`, or remove one of the two";
    reader.refuse(entry.place, `the target ${shown(entry.target)} lies below ${where}`, help);
  });
}

/** False if neither of target and root begins with the other: then the target can't contain the root or the source. */
function mayContainStorage({ root, target }: Entry): boolean {
  return target.length > root.length ? target.startsWith(root) : root.startsWith(target);
}

/** A mount that covers what it shows can't be made twice, and hides everything else that is stored there. */
function containedStorage(reader: Reader, { root, target, source, place }: Entry): void {
  if (isAtOrBelow(root, target)) {
    const what =
      target === root ? "is its own persistence root" : `contains its own persistence root ${shown(root)}`;
    const message = `the target ${shown(target)} ${what}`;
    reader.refuse(place, message, "name what is to persist below it, or move the persistence root elsewhere");
  } else if (isAtOrBelow(source, target)) {
    const message = `the target ${shown(target)} contains its own source ${shown(source)}`;
    reader.refuse(place, message, "move the persistence root to a place outside of the target");
  }
}
