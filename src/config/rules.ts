import type { Entry } from "../model/manifest.ts";
import { isAtOrBelow, isBelow } from "../model/path.ts";
import { asksOwnership, contradictoryOwnership } from "./asked-ownership.ts";
import type { PlacedEntry } from "./entries.ts";
import { type Reader, shown } from "./finding.ts";
import type { Resolution } from "./resolve.ts";

/**
 * Checks the entries against each other, across all roots; what is wrong is reported to `reader`.
 * @returns the entries without those that appear by themselves
 */
export function checkEntries(reader: Reader, { entries, orphans }: Resolution): readonly Entry[] {
  const all = [...entries, ...orphans].sort(
    ({ at: left }, { at: right }) => reader.offsetOf(left) - reader.offsetOf(right),
  );
  repeatedTargets(reader, all);
  const redundant = checkNested(reader, all);
  for (const entry of entries) if (mayContainStorage(entry.entry)) containedStorage(reader, entry);
  contradictoryOwnership(
    reader,
    all.filter(({ entry }) => asksOwnership(entry)),
  );
  return entries.map(({ entry }) => entry).filter((entry) => !redundant.has(entry));
}

function repeatedTargets(reader: Reader, entries: readonly PlacedEntry[]): void {
  const seen = new Map<string, PlacedEntry>();
  for (const placed of entries) {
    const { target } = placed.entry;
    const first = seen.get(target);
    if (first === undefined) {
      seen.set(target, placed);
      continue;
    }
    const message = `the target ${shown(target)} is given twice, first at`;
    reader.refuse(placed.at, message, "keep one of the two entries", first.at);
  }
}

/** @returns the files that appear by themselves, with a directory around them */
function checkNested(reader: Reader, entries: readonly PlacedEntry[]): ReadonlySet<Entry> {
  const redundant = new Set<Entry>();
  visitNested(entries, (placed, enclosing) => {
    const file = enclosing.findLast(({ entry }) => entry.kind !== "directory");
    if (file !== undefined) belowFile(reader, placed, file);
    const around = enclosing.findLast(({ entry }) => entry.kind === "directory");
    if (around === undefined || !isShownBy(placed.entry, around.entry)) return;
    redundant.add(placed.entry);
    warnRedundant(reader, placed, around);
  });
  return redundant;
}

/**
 * Calls `visit` for every entry with those whose targets lie above its own, outermost first. Takes n log n steps,
 * however deep the paths are.
 */
export function visitNested(
  entries: readonly PlacedEntry[],
  visit: (entry: PlacedEntry, enclosing: readonly PlacedEntry[]) => void,
): void {
  // With NUL for the slash, which no path holds, plain order puts all that lies below a path right behind it.
  const keyed = entries.map((placed) => ({ placed, key: placed.entry.target.replaceAll("/", "\0") }));
  keyed.sort((left, right) => (left.key < right.key ? -1 : Number(left.key > right.key)));
  const enclosing: PlacedEntry[] = [];
  for (const { placed } of keyed) {
    for (let last = enclosing.at(-1); last !== undefined; last = enclosing.at(-1)) {
      if (isBelow(placed.entry.target, last.entry.target)) break;
      enclosing.pop();
    }
    visit(placed, enclosing);
    enclosing.push(placed);
  }
}

function belowFile(reader: Reader, { entry, at }: PlacedEntry, file: PlacedEntry): void {
  const message = `the target ${shown(entry.target)} lies below ${shown(file.entry.target)}, which is a file at`;
  const help = "move the upper entry to `directories`, or remove one of the two";
  reader.refuse(at, message, help, file.at);
}

/**
 * True for a file that appears by itself, since the directory entry around it shows the same source: a symlink there
 * would point to itself. A directory may ask for owner, mode or options of its own, and a bound file for options.
 */
function isShownBy(entry: Entry, around: Entry): boolean {
  if (around.root !== entry.root || entry.kind === "directory") return false;
  return entry.kind === "linked-file" || entry.options.length === 0;
}

function warnRedundant(reader: Reader, { entry, at }: PlacedEntry, around: PlacedEntry): void {
  const directory = shown(around.entry.target);
  const message = `${shown(entry.target)} persists already, with the directory ${directory} at`;
  const loss = asksOwnership(entry) ? "; its owner and mode are not applied" : "";
  reader.warn(at, message, `remove this entry${loss}`, around.at);
}

/** False if neither of target and root begins with the other: then the target can't contain the root or the source. */
function mayContainStorage({ root, target }: Entry): boolean {
  return target.length > root.length ? target.startsWith(root) : root.startsWith(target);
}

/** A mount that covers what it shows can't be made twice, and hides everything else that is stored there. */
function containedStorage(reader: Reader, { entry: { root, target, source }, at }: PlacedEntry): void {
  if (isAtOrBelow(root, target)) {
    const what =
      target === root ? "is its own persistence root" : `contains its own persistence root ${shown(root)}`;
    const message = `the target ${shown(target)} ${what}`;
    reader.refuse(at, message, "name what is to persist below it, or move the persistence root elsewhere");
  } else if (isAtOrBelow(source, target)) {
    const message = `the target ${shown(target)} contains its own source ${shown(source)}`;
    reader.refuse(at, message, "move the persistence root to a place outside of the target");
  }
}

/** Mounted at the state directory or above it, a target would hide the state from the next command. Null if it does not. */
export function whyStateIsHidden(
  target: string,
  stateDirectory: string,
): { readonly message: string; readonly help: string } | null {
  if (!isAtOrBelow(stateDirectory, target)) return null;
  return {
    message: `the target ${shown(target)} contains the state directory ${shown(stateDirectory)}`,
    help: "set `state_dir` to a directory outside of all targets, on a filesystem that persists",
  };
}
