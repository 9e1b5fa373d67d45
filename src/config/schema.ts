import { mountOptionNames } from "../model/manifest.ts";

/*
 * The one description of what may stand in imp.toml, as plain data: check.ts holds the values of a file against it, and
 * json-schema.ts makes the JSON Schema of it.
 */

/** What a value must be, and how that is said to a person. */
export type Shape =
  | TextShape
  | FlagShape
  | PrincipalShape
  | ChoiceShape
  | ListShape
  | EntryShape
  | RootsShape
  | TableShape;

interface Described {
  /** Continues "must be". */
  readonly expected: string;
  readonly help: string;
}

interface TextShape extends Described {
  readonly kind: "path" | "mode";
}

interface FlagShape extends Described {
  readonly kind: "flag";
}

/** A name, or a number. */
interface PrincipalShape extends Described {
  readonly kind: "principal";
}

/** One of a few words. */
interface ChoiceShape {
  readonly kind: "choice";
  readonly words: readonly string[];
}

interface ListShape extends Described {
  readonly kind: "list";
  readonly item: Shape;
}

/** A path alone, or a table; which of them is judged by what stands there. */
interface EntryShape extends Described {
  readonly kind: "entry";
  readonly table: TableShape;
}

/** A table whose keys are paths. */
interface RootsShape extends Described {
  readonly kind: "roots";
  readonly root: TableShape;
}

export interface TableShape extends Described {
  readonly kind: "table";
  readonly keys: { readonly [key: string]: Shape };
  /** The key that has to be there. */
  readonly required?: string;
}

/** What fits a shape. What is taken out of a list leaves undefined behind, so that all others keep their numbers. */
type ValueOf<S> = S extends { readonly kind: "path" | "mode" }
  ? string
  : S extends { readonly kind: "flag" }
    ? boolean
    : S extends { readonly kind: "principal" }
      ? string | bigint
      : S extends { readonly kind: "choice"; readonly words: readonly (infer W)[] }
        ? W
        : S extends { readonly kind: "list"; readonly item: infer I }
          ? readonly (ValueOf<I> | undefined)[]
          : S extends { readonly kind: "entry"; readonly table: infer T }
            ? string | ValueOf<T>
            : S extends { readonly kind: "roots"; readonly root: infer R }
              ? { readonly [path: string]: ValueOf<R> }
              : S extends {
                    readonly kind: "table";
                    readonly keys: infer K;
                    readonly required: infer R extends string;
                  }
                ? KeysOf<Omit<K, R>> & { readonly [P in R]: string }
                : S extends { readonly kind: "table"; readonly keys: infer K }
                  ? KeysOf<K>
                  : never;
type KeysOf<K> = { readonly [P in keyof K]?: ValueOf<K[P]> };

const path = {
  kind: "path",
  expected: "a path",
  help: 'write the path in quotes, as in "/var/log"',
} as const;
const flag = {
  kind: "flag",
  expected: "true or false",
  help: "write true or false, without quotes",
} as const;
const principal = {
  kind: "principal",
  expected: "a name or a number",
  help: "write a name in quotes, or its number",
} as const;
const mode = {
  kind: "mode",
  expected: "text in quotes",
  help: 'write it as a string, as in mode = "0750" or mode = "u=rwx,g=rx,o="',
} as const;
const method = { kind: "choice", words: ["symlink", "bind"] } as const;
const options = {
  kind: "list",
  item: { kind: "choice", words: mountOptionNames },
  expected: "an array of mount options",
  help: 'write it as options = ["ro", "noexec"]',
} as const;

const policy = { backup: flag, create_parents: flag, create_sources: flag } as const;
const filePolicy = { adopt_replaced: flag } as const;
const ownership = { user: principal, group: principal, mode } as const;
const parentDirectory = {
  kind: "table",
  keys: ownership,
  expected: "a table",
  help: 'write it as parentDirectory = { user = "root", mode = "0700" }',
} as const;

const directoryKeys = { directory: path, ...ownership, ...policy, options, parentDirectory } as const;
const fileKeys = {
  file: path,
  ...ownership,
  ...policy,
  ...filePolicy,
  method,
  options,
  parentDirectory,
} as const;
const directory = {
  kind: "entry",
  table: { kind: "table", keys: directoryKeys, required: "directory", expected: "a table", help: "" },
  expected: "a path or a table",
  help: 'write "/a/path" or { directory = "/a/path", mode = "0750" }',
} as const;
const file = {
  kind: "entry",
  table: { kind: "table", keys: fileKeys, required: "file", expected: "a table", help: "" },
  expected: "a path or a table",
  help: 'write "/a/path" or { file = "/a/path", mode = "0640" }',
} as const;

const rootKeys = {
  hideMounts: flag,
  directories: {
    kind: "list",
    item: directory,
    expected: "an array",
    help: 'write it as directories = ["/var/log"]',
  },
  files: { kind: "list", item: file, expected: "an array", help: 'write it as files = ["/etc/machine-id"]' },
  ...policy,
  ...filePolicy,
  method,
  options,
} as const;
const header = { expected: "a table", help: 'write it as [persistence."/mnt/persist"]' } as const;
const roots = { kind: "roots", root: { kind: "table", keys: rootKeys, ...header }, ...header } as const;

const topKeys = { state_dir: path, ...policy, ...filePolicy, persistence: roots } as const;

/** The whole file. */
export const configShape = {
  kind: "table",
  keys: topKeys,
  expected: "a table",
  help: "",
} as const satisfies TableShape;

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

/** The file with everything in it of the right type. */
export type Layout = KeysOf<typeof topKeys>;
/** One persistence root. */
export type RootLayout = KeysOf<typeof rootKeys>;
/** One element of `directories`. */
export type DirectoryLayout = ValueOf<typeof directory>;
/** One element of `files`. */
export type FileLayout = ValueOf<typeof file>;
/** The keys that top, root and entry share. */
export type PolicyLayout = KeysOf<typeof policy>;
/** The keys that entry and `parentDirectory` share. */
export type OwnershipLayout = KeysOf<typeof ownership>;
