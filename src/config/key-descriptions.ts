import { mountOptionNames } from "../model/manifest.ts";
import { type KeyName, keyHomes } from "./schema.ts";

/**
 * What every key of imp.toml means: the one source of the manual page imp.toml(5), of the JSON Schema that `imp schema`
 * prints, and of the table in the README. Text between backticks is code.
 */
export interface KeyDescription {
  /** The beginning of a sentence: one line. */
  readonly meaning: string;
  /** What else is to be known; whole sentences. */
  readonly more?: string;
  /** What holds if the key is not there: a value, or words where there is no such value. */
  readonly otherwise: { readonly value: ExampleValue } | { readonly words: string } | null;
  readonly examples: readonly [ExampleValue, ...ExampleValue[]];
}

export type ExampleValue =
  | string
  | number
  | boolean
  | readonly ExampleValue[]
  | { readonly [key: string]: ExampleValue };

const asItIs = { words: "as it is" };

export const keyDescriptions: { readonly [Key in KeyName]: KeyDescription } = {
  state_dir: {
    meaning: "where generations are recorded",
    more:
      "On a system whose root is thrown away this has to be on the filesystem that stays. The option `--state-dir` " +
      "overrides it. With sudo, `~` is the home of the person who called it.",
    otherwise: { words: "`$XDG_DATA_HOME/imp`, else `~/.local/share/imp`" },
    examples: ["/mnt/persist/imp"],
  },
  persistence: {
    meaning: 'the persistence roots, each a table `[persistence."ROOT"]`; as many as you like',
    more:
      "ROOT is the directory in which the entries of the table are stored: its path with the path of the entry behind " +
      "it is the entry's source.",
    otherwise: null,
    examples: [{ "/mnt/persist/system": { directories: ["/var/log"], files: ["/etc/machine-id"] } }],
  },
  directories: {
    meaning: "directories to keep; they are bind-mounted",
    more:
      "Each is a path, or a table with `directory` and more. A directory entry below another one is fine: parents are " +
      "mounted first, and unmounted last.",
    otherwise: { value: [] },
    examples: [["/var/log", { directory: "/var/lib/iwd", mode: "0700" }]],
  },
  files: {
    meaning: "files to keep; they are linked",
    more: "Each is a path, or a table with `file` and more.",
    otherwise: { value: [] },
    examples: [["/etc/machine-id", { file: "/etc/adjtime", method: "bind" }]],
  },
  directory: {
    meaning: "where the directory appears",
    more:
      "An absolute path without `.`, `..`, `//`, `~` or variables. Any other character works, spaces and newlines too. " +
      "Below `/proc`, `/sys` and `/dev` nothing can be kept.",
    otherwise: null,
    examples: ["/var/lib/bluetooth"],
  },
  file: {
    meaning: "where the file appears",
    more: "A path as for `directory`.",
    otherwise: null,
    examples: ["/etc/machine-id"],
  },
  hideMounts: {
    meaning: "ask file managers not to show the mounts",
    more: "They get the option `x-gvfs-hide` in `/run/mount/utab`, which file managers that use gvfs know.",
    otherwise: { value: false },
    examples: [true],
  },
  method: {
    meaning: '`"bind"` mounts a file instead of linking it, for programs that refuse symlinks',
    more: "A program that saves by renaming a new file over the old one can do so with a symlink only.",
    otherwise: { value: "symlink" },
    examples: ["bind"],
  },
  options: {
    meaning: "mount options of directories and bound files",
    more:
      `Some of ${mountOptionNames.map((name) => `\`${name}\``).join(", ")}. A mount has those of the mount that its ` +
      "source lies on, and its own on top. An entry's options take the place of those of its root.",
    otherwise: { value: [] },
    examples: [["ro", "noexec"]],
  },
  backup: {
    meaning: "rename what stands at the target, instead of refusing",
    more: "The new name is `NAME.backup.YYYYMMDD_HHMMSS`, in UTC. It is put back when the entry goes, if its place is free.",
    otherwise: { value: false },
    examples: [true],
  },
  create_parents: {
    meaning: "create missing parents of the target; `false` refuses",
    more:
      "They get the owner and mode of their counterpart in the persistence root, else those of the directory that they " +
      "come to lie in, without write permission for group and others.",
    otherwise: { value: true },
    examples: [false],
  },
  create_sources: {
    meaning: "create missing sources, instead of refusing",
    more: "A new source starts as a copy of what is at the target, else empty.",
    otherwise: { value: false },
    examples: [true],
  },
  adopt_replaced: {
    meaning: "a file that a program puts in the place of the link becomes the source",
    more:
      "Else `imp verify` reports it, and `imp restore` leaves it. The old source is kept as a backup beside it. " +
      "The option `--adopt-replaced` does so once.",
    otherwise: { value: false },
    examples: [true],
  },
  user: {
    meaning: "the owner of the source, which is what one sees at the target: a name or a number",
    more: "It is set if it differs, and verified from then on. It stays when the entry goes.",
    otherwise: asItIs,
    examples: ["postgres", 112],
  },
  group: {
    meaning: "the group of the source: a name or a number",
    otherwise: asItIs,
    examples: ["postgres", 112],
  },
  mode: {
    meaning: 'the mode of the source, as text: octal (`"0750"`) or as chmod(1) takes it (`"u=rwx,g=rx,o="`)',
    more:
      "An octal mode is exact; a symbolic one changes what is there. One that would change the mode again every time " +
      '(`"g=u,u=o"`) is refused.',
    otherwise: asItIs,
    examples: ["0750", "u=rwx,g=rx,o="],
  },
  parentDirectory: {
    meaning: "`user`, `group` and `mode` of the directory that holds the entry",
    more: "They are set at the target and in the persistence root.",
    otherwise: asItIs,
    examples: [{ user: "root", mode: "0700" }],
  },
};

/** Where a key can stand, in short: `top`, `root`, `entry`, or `directory` or `file` for one kind of entry only. */
export function placesOf(name: string): string[] {
  const places = keyHomes.filter(({ keys }) => keys.includes(name)).map(({ place }) => place);
  const isForAll = places.includes("directory") && places.includes("file");
  if (!isForAll) return places;
  return [...places.filter((place) => place !== "directory" && place !== "file"), "entry"];
}
