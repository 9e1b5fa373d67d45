import type { MountedSource, Step, Tidying } from "../model/plan.ts";
import { fileShape, readChecked, writeChecked } from "./checked-file.ts";
import { elementPieces, removeFile, syncNames } from "./durable-file.ts";
import { kinds, leaf, list, object, type Shape } from "./shape.ts";
import { journalFile, stateFormat } from "./state-file.ts";
import type { LockedStore, Store } from "./store.ts";
import { access, count, identity, moment, options, pathBelowRoot, someText, truth } from "./values.ts";

/**
 * The undo record of the running command: on the disk before the first step, and gone after the last. If it is there
 * while no process holds the lock, that command was killed; the index tells whether that was after its commit.
 */
export interface Journal {
  /** The serial of the index once the command is on record. */
  readonly serial: number;
  /** `imp apply` */
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly steps: readonly Step[];
  readonly afterwards: readonly Tidying[];
}

const path = pathBelowRoot;
const serves = pathBelowRoot;
const text = someText;
const hidden = truth;
const mountId = count;
const mounted: Shape<MountedSource> = object<MountedSource>({ source: path, options, hidden });
const role = leaf<"source" | "target">(
  "source or target",
  (value) => value === "source" || value === "target",
);
const what = leaf<"directory" | "file">(
  "directory or file",
  (value) => value === "directory" || value === "file",
);

/** Root acts on the steps, so each has to have its shape. */
const step: Shape<Step> = kinds<Step>({
  "create-directory": { serves, path, access, role },
  "create-file": { serves, path, access, role },
  "copy-source": { serves, from: path, to: path, what },
  "adopt-file": {
    serves,
    from: path,
    to: path,
    aside: path,
    backup: path,
    identity,
    sourceIdentity: identity,
    access,
  },
  "set-access": { serves, path, from: access, to: access },
  "back-up": { serves, path, backup: path, identity },
  "put-back": { serves, path, backup: path, identity },
  mount: { serves, target: path, source: path, options, hidden },
  "replace-mount": { serves, target: path, mountId, from: mounted, to: mounted },
  "set-mount-options": { serves, target: path, mountId, from: options, to: options },
  "set-hidden": { serves, target: path, mountId, source: path, hidden },
  unmount: { serves, target: path, mountId, source: path, options, hidden },
  link: { serves, path, text },
  "replace-link": { serves, path, from: text, to: text, aside: path },
  "exchange-for-link": { serves, path, text, backup: path, identity },
  "replace-file": { serves, path, text, aside: path, identity, access },
  unlink: { serves, path, text },
  "unlink-to-copy": { serves, path, text, from: path, access, aside: path },
  "set-aside": { serves, what, path, aside: path, identity },
});

const tidying: Shape<Tidying> = kinds<Tidying>({
  "remove-directory": { serves, path, identity },
  "remove-file": { serves, path, identity },
  "discard-file": { serves, path, identity, sameAs: path },
});

export const journalShape: Shape<Journal> = fileShape<Journal>({
  serial: count,
  command: someText,
  startedAt: moment,
  steps: list(step),
  afterwards: list(tidying),
});

/**
 * The journal that a killed command left, or that of the command that runs now; null if there is none.
 * @throws Unusable (1) if it is damaged
 */
export function readJournal({ directory }: Pick<Store, "directory">): Journal | null {
  return directory === null ? null : readChecked(directory, journalFile, journalShape);
}

/** Puts the journal on the disk. @throws Failure (1) */
export function writeJournal({ directory }: LockedStore, journal: Journal): void {
  writeChecked(directory, journalFile, journalShape, journal, pieces(journal));
  syncNames(directory);
}

/** As JSON in one line, but for its end. */
function* pieces({ steps, afterwards, ...head }: Journal): Generator<string> {
  yield `${JSON.stringify({ format: stateFormat, ...head }).slice(0, -1)},"steps":[`;
  yield* elementPieces(steps, "");
  yield '],"afterwards":[';
  yield* elementPieces(afterwards, "");
  yield "]";
}

/** Removes it. One that a power cut brings back does no harm: settling it twice changes nothing. @throws Failure (1) */
export function removeJournal({ directory }: LockedStore): void {
  removeFile(directory, journalFile.name);
}
