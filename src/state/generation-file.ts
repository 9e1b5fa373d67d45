import { readNames } from "../linux/directory-entries.ts";
import { withDescriptor } from "../linux/open.ts";
import type { Generation } from "../model/generation.ts";
import type { Entry, Manifest, Ownership, Principal } from "../model/manifest.ts";
import { parseMode } from "../model/mode.ts";
import { join } from "../model/path.ts";
import { fileShape, readChecked, writeChecked } from "./checked-file.ts";
import { createInside } from "./create-directory.ts";
import { openInside, type StateDirectory } from "./directory.ts";
import { elementPieces, removeFile, removeLeftovers, syncNames } from "./durable-file.ts";
import { attempting } from "./kernel-refusal.ts";
import { kinds, leaf, list, object, optional, type Shape } from "./shape.ts";
import { damage, stateFormat } from "./state-file.ts";
import type { StateFile } from "./trouble.ts";
import {
  anyText,
  configPath,
  count,
  id,
  label,
  moment,
  options,
  ordinal,
  path,
  pathBelowRoot,
  someText,
  truth,
} from "./values.ts";

/** `generations/N.json`: one file for each generation, written once. */

const folder = "generations";
const fileName = /^([1-9]\d{0,15})\.json$/;

const principal: Shape<Principal> = object<Principal>({ name: someText, id });

const ownership = {
  user: optional(principal),
  group: optional(principal),
  mode: optional(
    leaf<string>("a mode", (value) => typeof value === "string" && parseMode(value).kind !== "invalid"),
  ),
};

const base = {
  ...ownership,
  root: path,
  target: pathBelowRoot,
  source: pathBelowRoot,
  backup: truth,
  createParents: truth,
  createSources: truth,
  parentDirectory: optional(object<Ownership>(ownership)),
  place: optional(object<OldPlace>({ line: ordinal, column: ordinal, length: count })),
};

/** Older imps kept where an entry stood in the text. It is looked up there when it is to be shown. */
interface OldPlace {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

type Recorded<T> = T & { readonly place?: OldPlace };

const mounted = { options, hidden: truth };

const entry: Shape<Entry> = kinds<Recorded<Entry>>({
  directory: { ...base, ...mounted },
  "linked-file": { ...base, adoptReplaced: optional(truth) },
  "bound-file": { ...base, ...mounted },
});

export const generationShape: Shape<Generation> = fileShape<Generation>({
  number: ordinal,
  createdAt: moment,
  configPath,
  label: optional(label),
  configText: anyText,
  manifest: object<Manifest>({ entries: list(entry) }, targetTwice),
});

function targetTwice({ entries }: Manifest): string | null {
  const targets = new Set<string>();
  for (const { target } of entries) targets.add(target);
  return targets.size === entries.length ? null : "a target is listed twice";
}

function fileOf(number: number): StateFile {
  return { role: "generation", name: `${number}.json` };
}

/** The path of the file, for messages. */
export function generationPath(directory: StateDirectory, number: number): string {
  return join(join(directory.path, folder), `${number}.json`);
}

/**
 * Reads a generation.
 * @returns null if there is no file of it
 * @throws Unusable (1) if the file is damaged; it stays as it is
 */
export function readGenerationFile(directory: StateDirectory, number: number): Generation | null {
  const inside = openInside(directory, folder);
  if (inside === null) return null;
  return withDescriptor(inside.descriptor, () => {
    const generation = readChecked(inside, fileOf(number), generationShape);
    if (generation === null || generation.number === number) return generation;
    throw damage(inside, fileOf(number), { kind: "other-generation", number: generation.number });
  });
}

/**
 * Writes generations, and waits until they are on the disk. A file of the same number is replaced: the caller knows
 * that no index lists it, so a killed command left it.
 * @throws Failure (1)
 */
export function writeGenerationFiles(directory: StateDirectory, generations: readonly Generation[]): void {
  if (generations.length === 0) return;
  const inside = createInside(directory, folder);
  withDescriptor(inside.descriptor, () => {
    for (const generation of generations) {
      writeChecked(inside, fileOf(generation.number), generationShape, generation, pieces(generation));
    }
    syncNames(inside);
  });
}

/**
 * As JSON with a line for each entry: less than half of what it takes to write, and to read, with one for each value. In
 * pieces, so that the text of thousands of entries is never whole in memory.
 */
function* pieces({ manifest, ...head }: Generation): Generator<string> {
  yield `${JSON.stringify({ format: stateFormat, ...head }, null, 2).slice(0, -"\n}".length)},\n  "manifest": { "entries": [`;
  yield* elementPieces(manifest.entries, "\n    ");
  yield `${manifest.entries.length === 0 ? "" : "\n  "}] }`;
}

/**
 * Removes the files of these generations; one that is gone already is fine.
 * @throws Failure (1)
 */
export function removeGenerationFiles(directory: StateDirectory, numbers: readonly number[]): void {
  const inside = numbers.length === 0 ? null : openInside(directory, folder);
  if (inside === null) return;
  withDescriptor(inside.descriptor, () => {
    for (const number of numbers) removeFile(inside, fileOf(number).name);
    syncNames(inside);
  });
}

/** The numbers that there are files of, lowest first. */
export function storedNumbers(directory: StateDirectory): number[] {
  const inside = openInside(directory, folder);
  if (inside === null) return [];
  const names = withDescriptor(inside.descriptor, () =>
    attempting(`read ${inside.path}`, () => readNames(inside.descriptor)),
  );
  const numbers = names
    .map((name) => Number(fileName.exec(name)?.[1]))
    .filter((number) => Number.isSafeInteger(number));
  return numbers.sort((left, right) => left - right);
}

/** Removes the temporary files that a killed imp left among the generations. */
export function removeGenerationLeftovers(directory: StateDirectory): void {
  const inside = openInside(directory, folder);
  if (inside !== null) withDescriptor(inside.descriptor, () => removeLeftovers(inside));
}
