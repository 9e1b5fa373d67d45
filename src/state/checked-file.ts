import { join } from "../model/path.ts";
import type { StateDirectory } from "./directory.ts";
import { replaceFile } from "./durable-file.ts";
import {
  type Contradiction,
  type FieldsOf,
  findMisfit,
  leaf,
  object,
  optional,
  type Shape,
} from "./shape.ts";
import { type Content, damage, readContent, sealed, stateFormat } from "./state-file.ts";
import type { StateFile } from "./trouble.ts";
import { anyText } from "./values.ts";

/** State files whose content has a shape: what imp itself wrote is believed, and everything else is compared with it. */

/** What every state file has besides its content. */
interface Envelope {
  readonly format: number;
  readonly checksum?: string;
}

/** The shape of a file with these fields, and of all older formats. */
export function fileShape<T extends object>(
  fields: FieldsOf<T>,
  contradiction: Contradiction<T> | null = null,
): Shape<T> {
  const envelope: FieldsOf<Envelope> = { format, checksum: optional(anyText) };
  return object<T>({ ...envelope, ...fields }, contradiction);
}

const format = leaf<number>(`1 or ${stateFormat}`, (value) => value === 1 || value === stateFormat);

/**
 * The content of a state file.
 * @returns null if there is none
 * @throws Unusable (1) if it has another shape, or as {@link readContent}
 */
export function readChecked<T extends object>(
  directory: StateDirectory,
  file: StateFile,
  shape: Shape<T>,
): T | null {
  const content = readContent(directory, file);
  return content === null ? null : checked(directory, file, shape, content);
}

/** What was read from a state file, in its shape. @throws Unusable (1) if it has another one */
export function checked<T extends object>(
  directory: StateDirectory,
  file: StateFile,
  shape: Shape<T>,
  { value, isIntact }: Content,
): T {
  const misfit = isIntact ? null : findMisfit(shape, value);
  if (misfit !== null) throw damage(directory, file, { kind: "misfit", misfit });
  const { format: _, checksum, ...content } = value as T & Envelope;
  if (!isIntact && checksum !== undefined) directory.onAltered?.(join(directory.path, file.name));
  return content as unknown as T;
}

/**
 * Writes a state file, as {@link replaceFile}.
 * @param pieces the text of the content without its end, the format included
 * @throws Error if it could not be read again, a mistake of the caller's
 */
export function writeChecked<T extends object>(
  directory: StateDirectory,
  file: StateFile,
  shape: Shape<T>,
  content: T,
  pieces: Iterable<string>,
): void {
  const misfit = findMisfit(shape, { format: stateFormat, ...content });
  if (misfit !== null) throw new Error(`${file.name} would be damaged: ${JSON.stringify(misfit)}`);
  replaceFile(directory, file.name, sealed(file.role, pieces));
}
