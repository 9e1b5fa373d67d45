import { type Entry, isMounted, type MountedEntry } from "../model/manifest.ts";
import { parentOf, sortedParentsFirst } from "../model/path.ts";
import type { MountDecisions } from "./mount-decisions.ts";

/** The wanted entries in the order in which they can come about. */
export interface Order {
  readonly entries: readonly Entry[];
  /** Entries that would have to be there before themselves. */
  readonly circular: ReadonlySet<Entry>;
}

/** What has to be there before an entry can come about: whatever its target or source lies in. */
export function neededIn({ wanted, paths }: MountDecisions): (entry: Entry) => ReadonlySet<Entry> {
  const mountedAt = new Map<string, MountedEntry>();
  for (const entry of wanted.values()) {
    if (isMounted(entry)) mountedAt.set(paths.resolve(entry.target).path, entry);
  }
  /** By directory: what is mounted at it, or above it. */
  const mountedAbove = new Map<string, ReadonlySet<Entry>>();

  function neededAt(directory: string): ReadonlySet<Entry> {
    const known = mountedAbove.get(directory);
    if (known !== undefined) return known;
    const above = directory === "/" ? none : neededAt(parentOf(directory));
    const entry = mountedAt.get(directory);
    const needed = entry === undefined ? above : new Set([...above, entry]);
    mountedAbove.set(directory, needed);
    return needed;
  }

  return (entry) => {
    const target = paths.resolve(entry.target);
    const source = paths.resolve(entry.source);
    const stored = mountedAt.get(source.path);
    const above = neededAt(parentOf(target.path));
    const through = target.through.size + source.through.size;
    if (stored === undefined && through === 0) return above;
    return new Set([...target.through, ...source.through, ...(stored ? [stored] : []), ...above]);
  };
}

const none: ReadonlySet<Entry> = new Set();

/** What is needed comes first; apart from that, parents come first. */
export function orderOf(decisions: MountDecisions): Order {
  const { wanted, paths } = decisions;
  const neededBy = neededIn(decisions);
  const entries: Entry[] = [];
  const circular = new Set<Entry>();
  const waiting = new Set<Entry>();
  const placed = new Set<Entry>();

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

  for (const entry of sortedParentsFirst([...wanted.values()], ({ target }) => paths.resolve(target).path)) {
    place(entry);
  }
  for (const entry of entries) {
    if (!decisions.isSettled || (isMounted(entry) && decisions.action(entry) === "circle"))
      circular.add(entry);
  }
  return { entries, circular };
}
