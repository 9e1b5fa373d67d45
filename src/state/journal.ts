import { join } from "../model/path.ts";
import type { Step, Tidying } from "../model/plan.ts";
import { type Document, parseDocument, validate } from "./document.ts";
import { removeFile, replaceFile, syncNames } from "./durable-file.ts";
import { journalName } from "./file-names.ts";
import * as v from "./form.ts";
import { stepSchema, tidyingSchema } from "./journal-schema.ts";
import { elementPieces } from "./json-pieces.ts";
import { readStateFile } from "./read-file.ts";
import { countSchema, timeSchema } from "./schema.ts";
import type { LockedStore, Store } from "./store.ts";

/**
 * The undo record of the running command: on the disk before the first step, and gone after the last. If it is there
 * while nobody holds the lock, that command was killed; the index tells whether that was after its commit.
 */
export interface Journal {
  readonly format: 1;
  /** The serial of the index once the command is on record. */
  readonly serial: number;
  /** `imp apply` */
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly steps: readonly Step[];
  readonly afterwards: readonly Tidying[];
}

const journalSchema: v.Form<Journal> = v.strictObject({
  format: v.literal(1),
  serial: countSchema,
  command: v.pipe(v.string(), v.minLength(1)),
  startedAt: timeSchema,
  steps: v.array(stepSchema),
  afterwards: v.array(tidyingSchema),
});

/**
 * The journal that a killed command left, or that of the command that runs now; null if there is none.
 * @throws Failure (1) if it is damaged
 */
export function readJournal({ directory }: Store): Journal | null {
  if (directory === null) return null;
  const path = join(directory.path, journalName);
  const help = () =>
    [
      "a command was killed, and this file told how to undo it; `imp verify` shows what is not as it should be",
      "put that right by hand, move the file away, and run `imp restore`",
    ].join("\n");
  const bytes = readStateFile(directory, journalName, help);
  if (bytes === null) return null;
  const document: Document = { path, bytes, help };
  return validate(document, journalSchema, parseDocument(document, "discard"));
}

/** Puts the journal on the disk. @throws Failure (1) */
export function writeJournal({ directory }: LockedStore, journal: Journal): void {
  const parsed = v.parse(journalSchema, journal);
  replaceFile(directory, journalName, journalPieces(parsed));
  syncNames(directory);
}

/** One line of JSON. */
function* journalPieces({ steps, afterwards, ...head }: Journal): Generator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"steps":[`;
  yield* elementPieces(steps, "");
  yield '],"afterwards":[';
  yield* elementPieces(afterwards, "");
  yield "]}\n";
}

/** Removes it. One that a power cut brings back does no harm: settling it twice changes nothing. @throws Failure (1) */
export function removeJournal({ directory }: LockedStore): void {
  removeFile(directory, journalName);
}
