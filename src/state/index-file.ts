import type { Effect, GenerationSummary, Index } from "../model/generation.ts";
import { checked, fileShape, writeChecked } from "./checked-file.ts";
import type { StateDirectory } from "./directory.ts";
import { storedNumbers } from "./generation-file.ts";
import { type RustGeneration, rustGenerations } from "./rust/file.ts";
import { kinds, list, nullable, object, optional, type Shape } from "./shape.ts";
import { type Content, damage, indexFile, readBytes, readContent, stateFormat } from "./state-file.ts";
import {
  access,
  configPath,
  count,
  identity,
  label,
  moment,
  ordinal,
  path,
  pathBelowRoot,
} from "./values.ts";

const summary: Shape<GenerationSummary> = object<GenerationSummary>({
  number: ordinal,
  createdAt: moment,
  configPath,
  label: optional(label),
  entries: count,
});

const effect: Shape<Effect> = kinds<Effect>({
  backup: { target: pathBelowRoot, backup: pathBelowRoot },
  "created-directory": { path: pathBelowRoot, identity },
  "created-file": { path: pathBelowRoot, identity },
  "replaced-file": { target: pathBelowRoot, access },
  "holds-links": { path, identity },
  found: { target: pathBelowRoot },
});

export const indexShape: Shape<Index> = fileShape<Index>(
  {
    serial: count,
    active: nullable(ordinal),
    previous: nullable(ordinal),
    next: ordinal,
    generations: list(summary),
    effects: list(effect),
  },
  contradictionIn,
);

/** What `generations.json` holds. */
export type IndexContent =
  | { readonly kind: "index"; readonly index: Index }
  /** The file of the Rust imp. */
  | { readonly kind: "rust"; readonly generations: readonly RustGeneration[] };

/**
 * Reads `generations.json`.
 * @returns null if nothing was ever committed
 * @throws Unusable (1) if the file is damaged, or missing though generations are stored
 */
export function readIndexFile(directory: StateDirectory): IndexContent | null {
  return indexIn(directory, readContent(directory, indexFile));
}

/** As {@link readIndexFile}, of what was read already. */
export function indexIn(directory: StateDirectory, content: Content | null): IndexContent | null {
  if (content === null) {
    // The first generation alone may be the leftover of a first command that was killed.
    if (storedNumbers(directory).every((number) => number === 1)) return null;
    throw damage(directory, indexFile, { kind: "missing" });
  }
  if (Array.isArray(content.value))
    return { kind: "rust", generations: rustGenerations(directory, content.value) };
  return { kind: "index", index: checked(directory, indexFile, indexShape, content) };
}

/**
 * True if `generations.json` is one of the Rust imp, as far as its first character tells: a damaged index must not
 * keep a generation from being read.
 */
export function isRustIndex(directory: StateDirectory): boolean {
  try {
    return /^\s*\[/.test(new TextDecoder().decode(readBytes(directory, indexFile)?.subarray(0, 64)));
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
  const text = JSON.stringify({ format: stateFormat, ...index }, null, 2).slice(0, -"\n}".length);
  writeChecked(directory, indexFile, indexShape, index, [text]);
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
