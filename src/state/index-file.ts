import type { Index } from "../model/generation.ts";
import { join } from "../model/path.ts";
import { failure } from "../model/problem.ts";
import type { StateDirectory } from "./directory.ts";
import { type Document, parseDocument, validate } from "./document.ts";
import { replaceFile } from "./durable-file.ts";
import { effectSchema } from "./effect-schema.ts";
import { indexName } from "./file-names.ts";
import * as v from "./form.ts";
import { storedNumbers } from "./generation-file.ts";
import { readStateFile } from "./read-file.ts";
import { type RustGeneration, rustSchema } from "./rust/format.ts";
import { countSchema, numberSchema, summarySchema } from "./schema.ts";
import { shellWord } from "./shell-word.ts";

const indexSchema: v.Form<Index> = v.pipe(
  v.strictObject({
    format: v.literal(1),
    serial: countSchema,
    active: v.nullable(numberSchema),
    previous: v.nullable(numberSchema),
    next: numberSchema,
    generations: v.array(summarySchema),
    effects: v.array(effectSchema),
  }),
  v.checkBy(contradictionIn),
);

/** What `generations.json` holds. */
export type IndexContent =
  | { readonly kind: "index"; readonly index: Index }
  /** The file of the Rust imp. */
  | { readonly kind: "rust"; readonly generations: readonly RustGeneration[]; readonly bytes: Uint8Array };

/**
 * Reads `generations.json`; the file stays as it is, whatever is wrong with it.
 * @returns null if nothing was ever committed
 * @throws Failure (1) if the file is damaged, or missing though generations are stored
 */
export function readIndexFile(directory: StateDirectory): IndexContent | null {
  const path = join(directory.path, indexName);
  const help = () => helpFor(directory);
  const bytes = readStateFile(directory, indexName, help);
  if (bytes === null) {
    // The first generation alone may be the leftover of a first command that was killed.
    if (storedNumbers(directory).every((number) => number === 1)) return null;
    throw failure(1, `${path} is missing, though generations are stored beside it`, help());
  }
  const document: Document = { path, bytes, help };
  const value = parseDocument(document, "keep");
  if (Array.isArray(value))
    return { kind: "rust", generations: validate(document, rustSchema, value), bytes };
  return { kind: "index", index: validate(document, indexSchema, value) };
}

/**
 * True if `generations.json` is one of the Rust imp, as far as its first character tells: a damaged index must not
 * keep anybody from reading a generation.
 */
export function isRustIndex(directory: StateDirectory): boolean {
  try {
    return /^\s*\[/.test(
      new TextDecoder().decode(readStateFile(directory, indexName, () => "")?.subarray(0, 64)),
    );
  } catch {
    return false;
  }
}

/**
 * Writes the index: after this the command has happened. On the disk for good once the names are synced.
 * @throws Failure (1) if it can't be written; then the old one is still there
 * @throws Error if it is one that {@link readIndexFile} would refuse, a mistake of the caller's
 */
export function writeIndexFile(directory: StateDirectory, index: Index): void {
  replaceFile(directory, indexName, `${JSON.stringify(v.parse(indexSchema, index), null, 2)}\n`);
}

function contradictionIn(index: Index): string | null {
  const numbers = new Set<number>();
  for (const generation of index.generations) numbers.add(generation.number);
  if (numbers.size < index.generations.length) return "a generation is listed twice";
  for (const number of numbers) {
    if (number >= index.next)
      return `generation ${number} is listed, but the next one would be ${index.next}`;
  }
  if (index.active !== null && !numbers.has(index.active))
    return `generation ${index.active} is active, but not listed`;
  if (index.previous !== null && !numbers.has(index.previous)) {
    return `generation ${index.previous} was active before, but is not listed`;
  }
  return null;
}

function helpFor(directory: StateDirectory): string {
  const state = shellWord(directory.path);
  const newest = newestStored(directory);
  const readable =
    newest === null
      ? ""
      : `; generations can still be read, such as with \`imp show ${newest} --state-dir ${state}\``;
  return [
    `what is mounted and linked stays as it is${readable}`,
    `put a good copy of the file back, or start anew: \`mv ${state} ${state}.damaged\`, then \`imp apply\``,
  ].join("\n");
}

function newestStored(directory: StateDirectory): number | null {
  try {
    return storedNumbers(directory).at(-1) ?? null;
  } catch {
    return null;
  }
}
