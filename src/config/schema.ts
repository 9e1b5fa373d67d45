import * as v from "valibot";
import { mountOptionNames } from "../model/manifest.ts";
import { isTable } from "./document.ts";
import { Run, Series } from "./run.ts";
import type { Span, Spot } from "./source-text.ts";
import { nearest } from "./suggest.ts";

/*
 * The one description of what may stand in imp.toml. It describes the tree of document.ts, so every value
 * that comes out still knows its place. The messages are read by conform.ts: the first line of a schema's message
 * says what is expected, further lines are the help; the message of `unknownKey` lists the keys to choose from.
 */

/** A value of the file that has the right type, and where it and its key stand. */
export interface Located<T> {
  readonly value: T;
  readonly at: Spot;
  readonly key: Span | null;
}

const spot = v.custom<Spot>(() => true);
const spanOrNone = v.custom<Span | null>(() => true);

function located<const S extends v.GenericSchema>(value: S) {
  return v.object({ value, at: spot, key: spanOrNone });
}

function unknownKey(known: readonly string[]) {
  return v.never(known.join("\n"));
}

type TableOutput<E extends v.ObjectEntries> = v.InferOutput<v.ObjectSchema<E, undefined>>;

function table<const E extends v.ObjectEntries>(entries: E, expected: string) {
  const rest = unknownKey(Object.keys(entries));
  // What `rest` lets through is nothing, so it is left out of the type.
  const content: v.GenericSchema<unknown, TableOutput<E>> = v.pipe(
    v.custom<object>(isTable, expected),
    v.objectWithRest(entries, rest),
  );
  return located(content);
}

function list<const S extends v.GenericSchema>(item: S, expected: string) {
  return located(v.array(item, expected));
}

/** An entry is a path alone or a table, or a series of either; which of them is judged by what stands there. */
function pathOr<const S extends v.GenericSchema>(detailed: S, example: string) {
  const path = located(v.string(`a path or a table\nwrite "/a/path" or ${example}`));
  const single = v.lazy((node): S | typeof path => (isTable(contentOf(node)) ? detailed : path));
  const series = located(v.object({ first: single, run: v.instance(Run) }));
  return v.lazy((node): S | typeof path | typeof series => {
    const value = contentOf(node);
    if (value instanceof Series) return series;
    return isTable(value) ? detailed : path;
  });
}

function contentOf(node: unknown): unknown {
  return typeof node === "object" && node !== null && "value" in node ? node.value : null;
}

function oneOf<const W extends readonly string[]>(words: W) {
  return v.picklist(words, ({ input }) => {
    const meant = typeof input === "string" ? nearest(input, words) : null;
    return `one of ${words.join(", ")}\n${meant === null ? "choose one of them" : `did you mean \`${meant}\`?`}`;
  });
}

const path = located(v.string('a path\nwrite the path in quotes, as in "/var/log"'));
const flag = v.exactOptional(located(v.boolean("true or false\nwrite true or false, without quotes")));
const principal = v.exactOptional(
  located(v.union([v.string(), v.bigint()], "a name or a number\nwrite a name in quotes, or its number")),
);
const mode = v.exactOptional(
  located(v.string('text in quotes\nwrite it as a string, as in mode = "0750" or mode = "u=rwx,g=rx,o="')),
);
const method = v.exactOptional(located(oneOf(["symlink", "bind"])));
const options = v.exactOptional(
  list(located(oneOf(mountOptionNames)), 'an array of mount options\nwrite it as options = ["ro", "noexec"]'),
);

const policy = { backup: flag, create_parents: flag, create_sources: flag };
const filePolicy = { adopt_replaced: flag };
const ownership = { user: principal, group: principal, mode };
const parentDirectory = v.exactOptional(
  table(ownership, 'a table\nwrite it as parentDirectory = { user = "root", mode = "0700" }'),
);

const directoryKeys = { directory: path, ...ownership, ...policy, options, parentDirectory };
const fileKeys = { file: path, ...ownership, ...policy, ...filePolicy, method, options, parentDirectory };
const directoryTable = table(directoryKeys, "a table");
const fileTable = table(fileKeys, "a table");
const directory = pathOr(directoryTable, '{ directory = "/a/path", mode = "0750" }');
const file = pathOr(fileTable, '{ file = "/a/path", mode = "0640" }');

const rootKeys = {
  hideMounts: flag,
  directories: v.exactOptional(list(directory, 'an array\nwrite it as directories = ["/var/log"]')),
  files: v.exactOptional(list(file, 'an array\nwrite it as files = ["/etc/machine-id"]')),
  ...policy,
  ...filePolicy,
  method,
  options,
};
const header = 'write it as [persistence."/mnt/persist"]';
const root = table(rootKeys, `a table\n${header}`);
const roots = located(v.pipe(v.custom<object>(isTable, `a table\n${header}`), v.record(v.string(), root)));

const topKeys = {
  state_dir: v.exactOptional(path),
  ...policy,
  ...filePolicy,
  persistence: v.exactOptional(roots),
};

/** The whole file. */
export const configSchema = table(topKeys, "a table");

/** Every key that means something in some table, and those of `parentDirectory`. */
export type KeyName =
  | keyof typeof topKeys
  | keyof typeof rootKeys
  | keyof typeof directoryKeys
  | keyof typeof fileKeys;

/** Which keys belong where; for keys that stand in the wrong table, and for those who describe the keys. */
export const keyHomes: readonly {
  readonly place: "top" | "root" | "directory" | "file";
  readonly home: string;
  readonly keys: readonly string[];
}[] = [
  { place: "top", home: "at the top of the file, before the first [table]", keys: Object.keys(topKeys) },
  { place: "root", home: 'in a table such as [persistence."/mnt/persist"]', keys: Object.keys(rootKeys) },
  {
    place: "directory",
    home: 'in an entry of directories, such as { directory = "/a/path" }',
    keys: Object.keys(directoryKeys),
  },
  {
    place: "file",
    home: 'in an entry of files, such as { file = "/a/path" }',
    keys: Object.keys(fileKeys),
  },
];

/** Elements of `directories` or `files` that are like the first but for their paths. */
export type SeriesLayout<L> = Located<{ readonly first: L; readonly run: Run }>;
/** The file with everything in it of the right type. */
export type Layout = v.InferOutput<typeof configSchema>["value"];
/** One persistence root. */
export type RootLayout = v.InferOutput<typeof root>["value"];
/** One element of `directories`. */
export type DirectoryLayout = Located<string> | v.InferOutput<typeof directoryTable>;
/** One element of `files`. */
export type FileLayout = Located<string> | v.InferOutput<typeof fileTable>;
/** One of them as a table. */
export type DetailedFileLayout = TableOutput<typeof fileKeys>;
/** The keys that top, root and entry share. */
export type PolicyLayout = TableOutput<typeof policy>;
/** The keys that entry and `parentDirectory` share. */
export type OwnershipLayout = TableOutput<typeof ownership>;
