import type { Effect } from "./generation.ts";
import type { Entry, MountOption } from "./manifest.ts";
import type { Access, Identity } from "./object.ts";

/**
 * One change to the system. A step carries all that undoing it takes, even by another process after a crash: it is
 * plain data that can be printed, written to a journal and tested without a disk. `serves` is the target of the entry
 * that wants the step. `identity` is that of the object that a step moves: only that very object is moved back.
 * `aside` is a free name in the same directory, in use while the command runs. `mountId` is that of the mount that is
 * changed or taken away: no other one is.
 */
export type Step = { readonly serves: string } & (
  | {
      readonly kind: "create-directory";
      readonly path: string;
      readonly access: Access;
      /** A source stays when its entry goes; what was made to hold a target does not. */
      readonly role: "source" | "target";
    }
  | {
      readonly kind: "create-file";
      readonly path: string;
      readonly access: Access;
      readonly role: "source" | "target";
    }
  /** Creates a source as a copy of what stands at the target. */
  | {
      readonly kind: "copy-source";
      readonly from: string;
      readonly to: string;
      readonly what: "directory" | "file";
    }
  /**
   * The source gets the content of the file that a program put in the place of the symlink; the old source stays beside
   * it as `backup`, and `sourceIdentity` is that of it.
   */
  | {
      readonly kind: "adopt-file";
      readonly from: string;
      readonly to: string;
      readonly aside: string;
      readonly backup: string;
      readonly identity: Identity;
      readonly sourceIdentity: Identity;
      readonly access: Access;
    }
  /** Owner and mode of what exists. */
  | { readonly kind: "set-access"; readonly path: string; readonly from: Access; readonly to: Access }
  | {
      readonly kind: "back-up";
      readonly path: string;
      readonly backup: string;
      readonly identity: Identity;
    }
  /** Only if the place is free. */
  | {
      readonly kind: "put-back";
      readonly path: string;
      readonly backup: string;
      readonly identity: Identity;
    }
  | {
      readonly kind: "mount";
      readonly target: string;
      readonly source: string;
      readonly options: MountOptions;
      readonly hidden: boolean;
    }
  | {
      readonly kind: "replace-mount";
      readonly target: string;
      readonly mountId: number;
      readonly from: MountedSource;
      readonly to: MountedSource;
    }
  | {
      readonly kind: "set-mount-options";
      readonly target: string;
      readonly mountId: number;
      readonly from: MountOptions;
      readonly to: MountOptions;
    }
  /** A mount that stays is hidden from file managers, or shown again. */
  | {
      readonly kind: "set-hidden";
      readonly target: string;
      readonly mountId: number;
      readonly source: string;
      readonly hidden: boolean;
    }
  | {
      readonly kind: "unmount";
      readonly target: string;
      readonly mountId: number;
      readonly source: string;
      readonly options: MountOptions;
      readonly hidden: boolean;
    }
  | { readonly kind: "link"; readonly path: string; readonly text: string }
  /** Our own symlink gets another text. */
  | {
      readonly kind: "replace-link";
      readonly path: string;
      readonly from: string;
      readonly to: string;
      readonly aside: string;
    }
  /** What stands at the path goes to `backup` in the same instant as the link takes its place. */
  | {
      readonly kind: "exchange-for-link";
      readonly path: string;
      readonly text: string;
      readonly backup: string;
      readonly identity: Identity;
    }
  /** As above, for a file with the same bytes as the source: it need not be kept. */
  | {
      readonly kind: "replace-file";
      readonly path: string;
      readonly text: string;
      readonly aside: string;
      readonly identity: Identity;
      readonly access: Access;
    }
  | { readonly kind: "unlink"; readonly path: string; readonly text: string }
  /** Our symlink, which had replaced a file with the same bytes, becomes a copy of its source. */
  | {
      readonly kind: "unlink-to-copy";
      readonly path: string;
      readonly text: string;
      readonly from: string;
      readonly access: Access;
      readonly aside: string;
    }
  /** An empty object that imp made gives its place free. */
  | {
      readonly kind: "set-aside";
      readonly what: "directory" | "file";
      readonly path: string;
      readonly aside: string;
      readonly identity: Identity;
    }
);

/**
 * What waits until the command is on record, for it can't be undone: removing what imp itself made. `remove`: only if
 * it is empty and still the object that imp made. `discard`: a file that a
 * link replaced, if it has the same bytes as `sameAs` still.
 */
export type Tidying = {
  readonly serves: string;
  readonly path: string;
  readonly identity: Identity;
} & (
  | { readonly kind: "remove-directory" }
  | { readonly kind: "remove-file" }
  | { readonly kind: "discard-file"; readonly sameAs: string }
);

/** Everything that a command does. */
export type Action = Step | Tidying;

/** The flags that a mount has in the end: those of the filesystem's own mount and those of the entry. */
export type MountOptions = readonly MountOption[];

export interface MountedSource {
  readonly source: string;
  readonly options: MountOptions;
  /** File managers are asked not to show the mount. */
  readonly hidden: boolean;
}

/** Something in the way: the command refuses. */
export interface Conflict {
  readonly serves: string;
  /** The entry of the wanted manifest; absent where an entry that is going away is in question. */
  readonly entry?: Entry;
  readonly message: string;
  readonly help?: string;
}

/** Something that a person should know, though nothing stops because of it. */
export interface Notice {
  readonly serves: string;
  readonly message: string;
  readonly help?: string;
}

/** What is wrong with an entry in the live system. */
export type FindingKind =
  | "not-mounted"
  | "wrong-mount"
  | "deleted-source"
  | "hidden-mount"
  | "stacked-mount"
  | "wrong-options"
  | "wrong-visibility"
  | "not-linked"
  | "wrong-link"
  | "replaced"
  | "missing-source"
  | "wrong-source"
  | "wrong-owner"
  | "wrong-mode"
  | "in-the-way"
  | "unknown";

/** A difference between the live system and the wanted manifest. */
export interface Finding {
  readonly serves: string;
  readonly kind: FindingKind;
  readonly message: string;
}

/** Ordered steps from the live system to a manifest, or what stands against them. */
export interface Plan {
  readonly steps: readonly Step[];
  /** What follows once the command is on record. */
  readonly afterwards: readonly Tidying[];
  readonly conflicts: readonly Conflict[];
  readonly notices: readonly Notice[];
  readonly findings: readonly Finding[];
  /** Effects of earlier commands that stay in force, and newly found things; what the steps make comes on top. */
  readonly keptEffects: readonly Effect[];
}
