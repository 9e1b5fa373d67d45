import { readNames } from "../linux/directory-entries.ts";
import { withDescriptor } from "../linux/open.ts";
import type { Generation } from "../model/generation.ts";
import { join } from "../model/path.ts";
import { createInside, openInside, type StateDirectory } from "./directory.ts";
import { type Document, damage, parseDocument, validate } from "./document.ts";
import { removeFile, removeLeftovers, replaceFile, syncNames } from "./durable-file.ts";
import * as v from "./form.ts";
import { elementPieces } from "./json-pieces.ts";
import { attempting } from "./kernel-refusal.ts";
import { manifestSchema } from "./manifest-schema.ts";
import { readStateFile } from "./read-file.ts";
import { configPathSchema, labelSchema, numberSchema, timeSchema } from "./schema.ts";

/** `generations/N.json`: one file for each generation, written once. */

const folder = "generations";
const fileName = /^([1-9]\d{0,15})\.json$/;

const generationSchema: v.Form<Generation & { readonly format: 1 }> = v.strictObject({
  format: v.literal(1),
  number: numberSchema,
  createdAt: timeSchema,
  configPath: configPathSchema,
  label: v.exactOptional(labelSchema),
  configText: v.string(),
  manifest: manifestSchema,
});

/** The path of the file, for messages. */
export function generationPath(directory: StateDirectory, number: number): string {
  return join(join(directory.path, folder), `${number}.json`);
}

/**
 * Reads a generation.
 * @returns null if there is no file of it
 * @throws Failure (1) if the file is damaged; it stays as it is
 */
export function readGenerationFile(directory: StateDirectory, number: number): Generation | null {
  const inside = openInside(directory, folder);
  if (inside === null) return null;
  const help = () =>
    [
      "what is mounted and linked stays as it is, and the other generations still work (`imp list`)",
      `put a good copy of the file back, or forget it with \`imp delete ${number}\` while another one is active`,
    ].join("\n");
  return withDescriptor(inside.descriptor, () => {
    const bytes = readStateFile(inside, `${number}.json`, help);
    if (bytes === null) return null;
    const document: Document = { path: generationPath(directory, number), bytes, help };
    const { format: _, ...generation } = validate(
      document,
      generationSchema,
      parseDocument(document, "discard"),
    );
    if (generation.number === number) return generation;
    throw damage(document, `it holds generation ${generation.number}`);
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
      const content = v.parse(generationSchema, { format: 1, ...generation });
      replaceFile(inside, `${generation.number}.json`, generationPieces(content));
    }
    syncNames(inside);
  });
}

/**
 * As JSON with a line for each entry: less than half of what it takes to write, and to read, with one for each value. In
 * pieces, so that the text of thousands of entries is never whole in memory.
 */
function* generationPieces({ manifest, ...head }: Generation): Generator<string> {
  yield `${JSON.stringify(head, null, 2).slice(0, -"\n}".length)},\n  "manifest": { "entries": [`;
  yield* elementPieces(manifest.entries, "\n    ");
  yield `${manifest.entries.length === 0 ? "" : "\n  "}] }\n}\n`;
}

/**
 * Removes the files of these generations; one that is gone already is fine.
 * @throws Failure (1)
 */
export function removeGenerationFiles(directory: StateDirectory, numbers: readonly number[]): void {
  const inside = numbers.length === 0 ? null : openInside(directory, folder);
  if (inside === null) return;
  withDescriptor(inside.descriptor, () => {
    for (const number of numbers) removeFile(inside, `${number}.json`);
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
