import { type Entry, isMounted, type MountedEntry } from "../model/manifest.ts";
import { ancestorsOf, parentsFirst } from "../model/path.ts";
import type { Survey } from "./survey.ts";

/** The wanted entries in the order in which they can come about. */
export interface Order {
  readonly entries: readonly Entry[];
  /** Entries that would have to be there before themselves. */
  readonly circular: ReadonlySet<Entry>;
}

/** Whatever an entry's target or source lies in comes first; apart from that, parents come first. */
export function orderOf(survey: Survey): Order {
  const { wanted, ways } = survey;
  const places = new Map([...wanted.values()].map((entry) => [entry, ways.locate(entry.target).path]));
  const mountedAt = new Map<string, MountedEntry>();
  for (const [entry, path] of places) if (isMounted(entry)) mountedAt.set(path, entry);

  const entries: Entry[] = [];
  const circular = new Set<Entry>();
  const waiting = new Set<Entry>();
  const placed = new Set<Entry>();

  function neededBy(entry: Entry): Set<Entry> {
    const source = ways.locate(entry.source);
    const needed = new Set([...ways.locate(entry.target).through, ...source.through]);
    for (const path of [source.path, ...ancestorsOf(places.get(entry) ?? entry.target)]) {
      const other = mountedAt.get(path);
      if (other !== undefined) needed.add(other);
    }
    return needed;
  }

  function place(entry: Entry): void {
    if (placed.has(entry)) return;
    if (waiting.has(entry)) {
      circular.add(entry);
      return;
    }
    waiting.add(entry);
    for (const other of neededBy(entry)) place(other);
    waiting.delete(entry);
    placed.add(entry);
    entries.push(entry);
  }

  const sorted = [...places].sort(([, left], [, right]) => parentsFirst(left, right));
  for (const [entry] of sorted) place(entry);
  for (const entry of entries) {
    if (!survey.isSettled || (isMounted(entry) && survey.fateOf(entry) === "circle")) circular.add(entry);
  }
  return { entries, circular };
}
