/** A user or a group: the name as written in the configuration, and the number that it stood for. */
export interface Principal {
  readonly name: string;
  readonly id: number;
}

/** Owner and mode that the configuration asks for; what is absent stays as it is. */
export interface Ownership {
  readonly user?: Principal;
  readonly group?: Principal;
  /** A mode as written, octal or symbolic (see `mode.ts`). */
  readonly mode?: string;
}

/** Per-mount flags, named as in mount(8). */
export const mountOptionNames = [
  "ro",
  "nosuid",
  "nodev",
  "noexec",
  "nosymfollow",
  "nodiratime",
  "noatime",
  "relatime",
  "strictatime",
] as const;

export type MountOption = (typeof mountOptionNames)[number];

interface EntryBase extends Ownership {
  /** The persistence root. */
  readonly root: string;
  /** Where the entry appears. */
  readonly target: string;
  /** Where it is stored: root + target. */
  readonly source: string;
  /** Rename what stands at the target instead of refusing. */
  readonly backup: boolean;
  /** Create missing parents of the target instead of refusing. */
  readonly createParents: boolean;
  /** Create a missing source instead of refusing. */
  readonly createSources: boolean;
  /** Owner and mode for the directory that holds the target (and the source). */
  readonly parentDirectory?: Ownership;
}

/** A directory, bind-mounted at its target. */
export interface DirectoryEntry extends EntryBase {
  readonly kind: "directory";
  readonly options: readonly MountOption[];
  /** The mount is not shown to people by file managers (`hideMounts`). */
  readonly hidden: boolean;
}

/** A file, reached through a symlink at its target. */
export interface LinkedFileEntry extends EntryBase {
  readonly kind: "linked-file";
  /** A file that a program puts in the place of the symlink becomes the source. */
  readonly adoptReplaced?: boolean;
}

/** A file, bind-mounted at its target. */
export interface BoundFileEntry extends EntryBase {
  readonly kind: "bound-file";
  readonly options: readonly MountOption[];
  readonly hidden: boolean;
}

/** One persisted directory or file. */
export type Entry = DirectoryEntry | LinkedFileEntry | BoundFileEntry;

/** An entry that appears by a bind mount. */
export type MountedEntry = DirectoryEntry | BoundFileEntry;

export function isMounted(entry: Entry): entry is MountedEntry {
  return entry.kind !== "linked-file";
}

/** All entries of one configuration, resolved. */
export interface Manifest {
  readonly entries: readonly Entry[];
}

export const emptyManifest: Manifest = { entries: [] };
