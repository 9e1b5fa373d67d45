import type { Stat } from "../linux/stat.ts";
import type { Misfit } from "./shape.ts";

/** Why something can't be used, as data: `trouble-words.ts` has the words, which are loaded when they are shown. */
export type Trouble = Distrust | Damage;

/** A user who is not trusted could have changed what root is going to believe. */
export type Distrust = {
  readonly kind: "distrust";
  /** What was to be believed. */
  readonly path: string;
} & (
  | {
      /** Whose it is, or who can write it. */
      readonly reason: "owner" | "everyone" | "access-list" | "group";
      /** What is open to others: the path itself, or something on the way to it. */
      readonly at: string;
      readonly stat: Stat;
    }
  /** Not even root may look at the way. */
  | { readonly reason: "denied" }
);

/** One of the state's files; what is said of a damaged one depends on its role. */
export interface StateFile {
  readonly role: "index" | "generation" | "journal" | "copy";
  /** In its directory. */
  readonly name: string;
}

/** A state file is not as imp wrote it. */
export interface Damage {
  readonly kind: "damage";
  /** The path of the directory that the file is in. */
  readonly directory: string;
  readonly file: StateFile;
  readonly what:
    | { readonly kind: "missing" }
    /** A symlink, a directory and so on. */
    | { readonly kind: "no-file"; readonly type: string }
    | { readonly kind: "too-large"; readonly bytes: number }
    | { readonly kind: "empty" }
    | { readonly kind: "not-utf8" }
    | { readonly kind: "not-json"; readonly text: string }
    | { readonly kind: "newer"; readonly format: number }
    | { readonly kind: "misfit"; readonly misfit: Misfit }
    | { readonly kind: "other-generation"; readonly number: number };
}

/** Ends a command, or what needs the thing that can't be used. */
export class Unusable extends Error {
  override readonly name = "Unusable";
  readonly exitCode: 1 | 2;
  readonly troubles: readonly Trouble[];

  constructor(exitCode: 1 | 2, troubles: readonly Trouble[]) {
    super(troubles.map(({ kind }) => kind).join(", "));
    this.exitCode = exitCode;
    this.troubles = troubles;
  }
}
