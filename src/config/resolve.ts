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
  const roots = Object.entries(layout.persistence?.value ?? {}).map(([text, root]) => {
    const path = readRootPath(reader, { value: text, at: root.key ?? root.at, key: null }, seen);
    return {
      isUsable: path !== null,
      entries: readRoot(reader, root.value, path ?? "", policy, adoptReplaced),
    };
  });
  const entries = roots.flatMap((root) => (root.isUsable ? root.entries : []));
  const orphans = roots.flatMap((root) => (root.isUsable ? [] : root.entries));
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

function readRoot(
  reader: Reader,
  layout: RootLayout,
  path: string,
  outer: Policy,
  adoptReplaced: boolean,
): Entry[] {
  const settings: RootSettings = {
    path,
    policy: narrowed(outer, layout),
    hidden: layout.hideMounts?.value ?? false,
    adoptReplaced: layout.adopt_replaced?.value ?? adoptReplaced,
    method: layout.method?.value ?? "symlink",
    options: readOptions(reader, layout.options) ?? [],
  };
  return [
    ...readAll(reader, layout.directories?.value ?? [], settings, readDirectory),
    ...readAll(reader, layout.files?.value ?? [], settings, readFile),
  ];
}

/** Reads the elements of `directories` or `files`, one of them with `readEntry`. */
function readAll<L extends Located<unknown>>(
  reader: Reader,
  items: readonly (L | SeriesLayout<L>)[],
  settings: RootSettings,
  readEntry: (reader: Reader, item: L, root: RootSettings) => Entry | null,
): Entry[] {
  return items.flatMap((item) =>
    isSeries(item)
      ? readSeries(reader, item.value, settings, readEntry)
      : (readEntry(reader, item, settings) ?? []),
  );
}

function isSeries<L extends Located<unknown>>(item: L | SeriesLayout<L>): item is SeriesLayout<L> {
  return typeof item.value === "object" && item.value !== null && "run" in item.value;
}
