import type { Entry } from "../model/manifest.ts";
import { narrowed, type Policy, type RootSettings, readDirectory, readFile } from "./entries.ts";
import { readOptions } from "./options.ts";
import { readOwnPath } from "./paths.ts";
import type { Reader } from "./reader.ts";
import type { Layout, Located, RootLayout, SeriesLayout } from "./schema.ts";
import { readSeries } from "./series.ts";
import { shown } from "./shown.ts";
import type { Spot } from "./source-text.ts";

/** What the file asks for, with every setting that entries take over handed down to them. */
export interface Resolution {
  readonly stateDirectory: string | null;
  /** In the order of the file, without those whose path cannot be used. */
  readonly entries: readonly Entry[];
  /** The entries of roots that cannot be used; only their targets mean something. */
  readonly orphans: readonly Entry[];
}

const defaultPolicy: Policy = { backup: false, createParents: true, createSources: false };

/** Resolves every entry of the file; what cannot be used is reported to `reader`. */
export function resolve(reader: Reader, layout: Layout): Resolution {
  const stateDirectory = layout.state_dir
    ? readOwnPath(reader, "the state directory", layout.state_dir)
    : null;
  const policy = narrowed(defaultPolicy, layout);
  const adoptReplaced = layout.adopt_replaced?.value ?? false;
  const seen = new Map<string, Spot>();
  const entries: Entry[] = [];
  const orphans: Entry[] = [];
  for (const [text, root] of Object.entries(layout.persistence?.value ?? {})) {
    const path = readRootPath(reader, { value: text, at: root.key ?? root.at, key: null }, seen);
    const settings = settingsOf(reader, root.value, path ?? "", policy, adoptReplaced);
    readRoot(reader, root.value, settings, path === null ? orphans : entries);
  }
  return { stateDirectory, entries, orphans };
}

function readRootPath(reader: Reader, name: Located<string>, seen: Map<string, Spot>): string | null {
  const path = readOwnPath(reader, "the persistence root", name);
  if (path === null) return null;
  const earlier = seen.get(path);
  if (earlier !== undefined) {
    const message = `the persistence root ${shown(path)} is given twice, first at ${reader.source.name(earlier)}`;
    reader.refuse(name.at, message, "put the entries of both into one table");
  }
  seen.set(path, name.at);
  return path;
}

function settingsOf(
  reader: Reader,
  layout: RootLayout,
  path: string,
  outer: Policy,
  adoptReplaced: boolean,
): RootSettings {
  return {
    path,
    policy: narrowed(outer, layout),
    hidden: layout.hideMounts?.value ?? false,
    adoptReplaced: layout.adopt_replaced?.value ?? adoptReplaced,
    method: layout.method?.value ?? "symlink",
    options: readOptions(reader, layout.options) ?? [],
  };
}

/** Adds the entries of a root to `entries`. */
function readRoot(reader: Reader, layout: RootLayout, settings: RootSettings, entries: Entry[]): void {
  readAll(layout.directories?.value ?? [], readDirectory);
  readAll(layout.files?.value ?? [], readFile);

  function readAll<L extends Located<unknown>>(
    items: readonly (L | SeriesLayout<L>)[],
    readEntry: (reader: Reader, item: L, root: RootSettings) => Entry | null,
  ): void {
    for (const item of items) {
      if (isSeries(item)) {
        readSeries(reader, item.value, settings, readEntry, entries);
        continue;
      }
      const entry = readEntry(reader, item, settings);
      if (entry !== null) entries.push(entry);
    }
  }
}

function isSeries<L extends Located<unknown>>(item: L | SeriesLayout<L>): item is SeriesLayout<L> {
  return typeof item.value === "object" && item.value !== null && "run" in item.value;
}
