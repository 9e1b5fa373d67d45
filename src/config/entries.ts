import type { DirectoryEntry, Entry, EntryPlace, MountOption, Ownership } from "../model/manifest.ts";
import { readOptions } from "./options.ts";
import { readOwnership } from "./ownership.ts";
import { readSource, readTarget } from "./paths.ts";
import type { Reader } from "./reader.ts";
import type {
  DetailedFileLayout,
  DirectoryLayout,
  FileLayout,
  Located,
  OwnershipLayout,
  PolicyLayout,
} from "./schema.ts";
import { shown } from "./shown.ts";

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

/** `outer` with what `layout` says otherwise. */
export function narrowed(outer: Policy, layout: PolicyLayout): Policy {
  return {
    backup: layout.backup?.value ?? outer.backup,
    createParents: layout.create_parents?.value ?? outer.createParents,
    createSources: layout.create_sources?.value ?? outer.createSources,
  };
}

/** Reads an entry of `directories`; null if it has no usable path. */
export function readDirectory(
  reader: Reader,
  item: DirectoryLayout,
  root: RootSettings,
): DirectoryEntry | null {
  const layout = typeof item.value === "string" ? { directory: { ...item, value: item.value } } : item.value;
  const options = readOptions(reader, layout.options) ?? root.options;
  const common = readCommon(reader, layout.directory, layout, root);
  return common && { kind: "directory", ...common, options, hidden: root.hidden };
}

/** Reads an entry of `files`; null if it has no usable path. */
export function readFile(reader: Reader, item: FileLayout, root: RootSettings): Entry | null {
  const layout = typeof item.value === "string" ? { file: { ...item, value: item.value } } : item.value;
  const options = readOptions(reader, layout.options);
  const common = readCommon(reader, layout.file, layout, root);
  if ((layout.method?.value ?? root.method) === "bind") {
    refuseAdoption(reader, layout);
    return common && { kind: "bound-file", ...common, options: options ?? root.options, hidden: root.hidden };
  }
  if (layout.options !== undefined) {
    const message = `${shown(layout.file.value)} appears as a symlink, which cannot have mount options`;
    reader.refuse(
      layout.options.key ?? layout.options.at,
      message,
      'add method = "bind", or leave the options out',
    );
  }
  const adoptReplaced = layout.adopt_replaced?.value ?? root.adoptReplaced;
  return common && { kind: "linked-file", ...common, ...(adoptReplaced && { adoptReplaced }) };
}

/** No program can put another file in the place of a mount. */
function refuseAdoption(reader: Reader, layout: DetailedFileLayout): void {
  if (layout.adopt_replaced?.value !== true) return;
  const message = `${shown(layout.file.value)} appears as a mount, which no program can replace`;
  const { key, at } = layout.adopt_replaced;
  reader.refuse(key ?? at, message, 'take method = "bind" out, or adopt_replaced');
}

interface CommonLayout extends OwnershipLayout, PolicyLayout {
  readonly parentDirectory?: Located<OwnershipLayout>;
}

interface Common extends Ownership, Policy {
  readonly root: string;
  readonly target: string;
  readonly source: string;
  readonly parentDirectory?: Ownership;
  readonly place: EntryPlace;
}

/** Reads what directories and files have in common; reports all of it even if the path cannot be used. */
function readCommon(
  reader: Reader,
  path: Located<string>,
  layout: CommonLayout,
  root: RootSettings,
): Common | null {
  const target = readTarget(reader, path);
  const source = target && readSource(reader, root.path, target, path);
  const ownership = readOwnership(reader, layout);
  const parentDirectory = layout.parentDirectory && readOwnership(reader, layout.parentDirectory.value);
  if (target === null || source === null) return null;
  return {
    root: root.path,
    target,
    source,
    ...narrowed(root.policy, layout),
    ...ownership,
    ...(parentDirectory && { parentDirectory }),
    place: reader.source.place(path.at),
  };
}
