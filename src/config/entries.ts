import type { DirectoryEntry, Entry, MountOption } from "../model/manifest.ts";
import { type KeyPath, keyAt, type Reader, type Site, shown, valueAt } from "./finding.ts";
import { readOwnership } from "./ownership.ts";
import { readSource, readTarget } from "./paths.ts";
import type { DirectoryLayout, FileLayout, OwnershipLayout, PolicyLayout, RootLayout } from "./schema.ts";

/** The settings that the nearest table decides: entry, root, or the whole file. */
export type Policy = Pick<Entry, "backup" | "createParents" | "createSources">;

/** What the entries of one root take over from it. */
export interface RootSettings {
  readonly path: string;
  readonly policy: Policy;
  readonly hidden: boolean;
  readonly adoptReplaced: boolean;
  readonly method: "symlink" | "bind";
  readonly options: readonly MountOption[];
}

/** An entry, and where its path stands. */
export interface PlacedEntry {
  readonly entry: Entry;
  readonly at: Site;
}

/** `outer` with what `layout` says otherwise. */
export function narrowed(outer: Policy, layout: PolicyLayout): Policy {
  return {
    backup: layout.backup ?? outer.backup,
    createParents: layout.create_parents ?? outer.createParents,
    createSources: layout.create_sources ?? outer.createSources,
  };
}

/** Reads an entry of `directories`; null if it has no usable path. */
export function readDirectory(
  reader: Reader,
  item: DirectoryLayout,
  itemPath: KeyPath,
  root: RootSettings,
): PlacedEntry | null {
  const isPath = typeof item === "string";
  const layout = isPath ? { directory: item } : item;
  const at = isPath ? valueAt(itemPath) : valueAt([...itemPath, "directory"]);
  const options = readOptions(reader, layout.options, itemPath) ?? root.options;
  const common = readCommon(reader, layout.directory, at, layout, itemPath, root);
  if (common === null) return null;
  const entry: DirectoryEntry = { kind: "directory", ...common, options, hidden: root.hidden };
  return { entry, at };
}

/** Reads an entry of `files`; null if it has no usable path. */
export function readFile(
  reader: Reader,
  item: FileLayout,
  itemPath: KeyPath,
  root: RootSettings,
): PlacedEntry | null {
  const isPath = typeof item === "string";
  const layout = isPath ? { file: item } : item;
  const at = isPath ? valueAt(itemPath) : valueAt([...itemPath, "file"]);
  const options = readOptions(reader, layout.options, itemPath);
  const common = readCommon(reader, layout.file, at, layout, itemPath, root);
  if ((layout.method ?? root.method) === "bind") {
    if (layout.adopt_replaced === true) {
      const message = `${shown(layout.file)} appears as a mount, which no program can replace`;
      reader.refuse(
        keyAt([...itemPath, "adopt_replaced"]),
        message,
        'take method = "bind" out, or adopt_replaced',
      );
    }
    if (common === null) return null;
    return {
      entry: { kind: "bound-file", ...common, options: options ?? root.options, hidden: root.hidden },
      at,
    };
  }
  if (layout.options !== undefined) {
    const message = `${shown(layout.file)} appears as a symlink, which cannot have mount options`;
    reader.refuse(keyAt([...itemPath, "options"]), message, 'add method = "bind", or leave the options out');
  }
  const adoptReplaced = layout.adopt_replaced ?? root.adoptReplaced;
  if (common === null) return null;
  return { entry: { kind: "linked-file", ...common, ...(adoptReplaced && { adoptReplaced }) }, at };
}

/** These say in three ways how access times are kept; only one can hold. */
const accessTimeOptions: readonly MountOption[] = ["noatime", "relatime", "strictatime"];

/** Reads the mount options of the table at `path`, each once; null if it has none. */
export function readOptions(
  reader: Reader,
  options: RootLayout["options"],
  path: KeyPath,
): readonly MountOption[] | null {
  if (options === undefined) return null;
  const first = options.find((option) => option !== undefined && accessTimeOptions.includes(option));
  const other = options.findIndex(
    (option) => option !== undefined && option !== first && accessTimeOptions.includes(option),
  );
  if (other !== -1) {
    const message = `the options \`${first}\` and \`${options[other]}\` contradict each other`;
    reader.refuse(
      valueAt([...path, "options", other]),
      message,
      `keep one of ${accessTimeOptions.join(", ")}`,
    );
  }
  return [...new Set(options.filter((option) => option !== undefined))];
}

interface CommonLayout extends OwnershipLayout, PolicyLayout {
  readonly parentDirectory?: OwnershipLayout;
}

type Common = Omit<DirectoryEntry, "kind" | "options" | "hidden">;

/** Reads what directories and files have in common; reports all of it even if the path cannot be used. */
function readCommon(
  reader: Reader,
  path: string,
  at: Site,
  layout: CommonLayout,
  itemPath: KeyPath,
  root: RootSettings,
): Common | null {
  const target = readTarget(reader, path, at);
  const source = target && readSource(reader, root.path, target, at);
  const ownership = readOwnership(reader, layout, itemPath);
  const parentDirectory =
    layout.parentDirectory && readOwnership(reader, layout.parentDirectory, [...itemPath, "parentDirectory"]);
  if (target === null || source === null) return null;
  return {
    root: root.path,
    target,
    source,
    ...narrowed(root.policy, layout),
    ...ownership,
    ...(parentDirectory && { parentDirectory }),
  };
}
