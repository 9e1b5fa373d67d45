import {
  narrowed,
  type PlacedEntry,
  type Policy,
  type RootSettings,
  readDirectory,
  readFile,
  readOptions,
} from "./entries.ts";
import { keyAt, type Reader, type Site, shown, valueAt } from "./finding.ts";
import { readOwnPath } from "./paths.ts";
import type { Layout, RootLayout } from "./schema.ts";

/** What the file asks for, with every setting that entries take over handed down to them. */
export interface Resolution {
  readonly stateDirectory: string | null;
  /** Root by root, directories before files; without those whose path cannot be used. */
  readonly entries: readonly PlacedEntry[];
  /** The entries of roots that cannot be used; only their targets mean something. */
  readonly orphans: readonly PlacedEntry[];
}

const defaultPolicy: Policy = { backup: false, createParents: true, createSources: false };

/** Resolves every entry of the file; what cannot be used is reported to `reader`. */
export function resolve(reader: Reader, layout: Layout): Resolution {
  const stateDirectory =
    layout.state_dir === undefined
      ? null
      : readOwnPath(reader, "the state directory", layout.state_dir, valueAt(["state_dir"]));
  const policy = narrowed(defaultPolicy, layout);
  const seen = new Map<string, Site>();
  const entries: PlacedEntry[] = [];
  const orphans: PlacedEntry[] = [];
  for (const [key, root] of Object.entries(layout.persistence ?? {})) {
    const path = readRootPath(reader, key, seen);
    const settings = settingsOf(reader, root, key, path ?? "", policy, layout.adopt_replaced ?? false);
    readRoot(reader, root, key, settings, path === null ? orphans : entries);
  }
  return { stateDirectory, entries, orphans };
}

function readRootPath(reader: Reader, key: string, seen: Map<string, Site>): string | null {
  const at = keyAt(["persistence", key]);
  const path = readOwnPath(reader, "the persistence root", key, at);
  if (path === null) return null;
  const earlier = seen.get(path);
  if (earlier !== undefined) {
    const message = `the persistence root ${shown(path)} is given twice, first at`;
    reader.refuse(at, message, "put the entries of both into one table", earlier);
  }
  seen.set(path, at);
  return path;
}

function settingsOf(
  reader: Reader,
  layout: RootLayout,
  key: string,
  path: string,
  outer: Policy,
  adoptReplaced: boolean,
): RootSettings {
  return {
    path,
    policy: narrowed(outer, layout),
    hidden: layout.hideMounts ?? false,
    adoptReplaced: layout.adopt_replaced ?? adoptReplaced,
    method: layout.method ?? "symlink",
    options: readOptions(reader, layout.options, ["persistence", key]) ?? [],
  };
}

/** Adds the entries of the root with that key to `entries`. */
function readRoot(
  reader: Reader,
  layout: RootLayout,
  key: string,
  settings: RootSettings,
  entries: PlacedEntry[],
): void {
  for (const [index, item] of (layout.directories ?? []).entries()) {
    if (item === undefined) continue;
    const placed = readDirectory(reader, item, ["persistence", key, "directories", index], settings);
    if (placed !== null) entries.push(placed);
  }
  for (const [index, item] of (layout.files ?? []).entries()) {
    if (item === undefined) continue;
    const placed = readFile(reader, item, ["persistence", key, "files", index], settings);
    if (placed !== null) entries.push(placed);
  }
}
