import { isSystemError } from "../linux/ffi.ts";
import { type Bytes, discard, readWholeFile } from "../linux/file-io.ts";
import { openForReading, withDescriptor } from "../linux/open.ts";
import { decodeWhole } from "../linux/path-encoding.ts";
import { isFreeName, statDescriptor } from "../linux/stat.ts";
import { join } from "../model/path.ts";
import type { StateDirectory } from "./directory.ts";
import { attempting } from "./kernel-refusal.ts";
import { type Damage, type StateFile, Unusable } from "./trouble.ts";
import { judgeFile } from "./trust.ts";

/**
 * The files of the state are JSON: an object with the format first and, last, a checksum of all the text before it. Where
 * that is right and the format is this one, imp itself wrote just this, and what it holds is used as it is. Whatever
 * else stands there, `checked-file.ts` compares with its shape.
 */

/** Raised with each change of what imp may write: a file of this format is not looked into by an imp that knows it. */
export const stateFormat = 2;

/** `generations.json`, the commit point of every command. */
export const indexFile: StateFile = { role: "index", name: "generations.json" };

/** The running command's undo record (see `journal.ts`). */
export const journalFile: StateFile = { role: "journal", name: "journal.json" };

/** True while a command is at work, and after one was killed. */
export function hasJournal(directory: StateDirectory): boolean {
  return !isFreeName(directory.descriptor, journalFile.name);
}

/** What a file holds. */
export interface Content {
  readonly value: unknown;
  /** True if imp wrote just this, in the present format. */
  readonly isIntact: boolean;
}

/**
 * What a state file holds; the file stays as it is, whatever is wrong with it.
 * @returns null if there is none
 * @throws Unusable (1) if it is no JSON, if a newer imp wrote it, or as {@link readBytes}
 */
export function readContent(directory: StateDirectory, file: StateFile): Content | null {
  const bytes = readBytes(directory, file);
  if (bytes === null) return null;
  if (bytes.length === 0) throw damage(directory, file, { kind: "empty" });
  const hasChecksum = isSealed(bytes, file.role);
  const text = decodeWhole(bytes);
  if (text === null) throw damage(directory, file, { kind: "not-utf8" });
  // A large file would be in memory twice.
  discard(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Nesting too deep for the parser is good JSON all the same, but nothing that imp wrote.
    throw damage(directory, file, { kind: "not-json", text });
  }
  const format = formatOf(value);
  if (format > stateFormat) throw damage(directory, file, { kind: "newer", format });
  return { value, isIntact: hasChecksum && format === stateFormat };
}

export function damage(directory: StateDirectory, file: StateFile, what: Damage["what"]): Unusable {
  return new Unusable(1, [{ kind: "damage", directory: directory.path, file, what }]);
}

function formatOf(value: unknown): number {
  const isObject = typeof value === "object" && value !== null && "format" in value;
  return isObject && typeof value.format === "number" ? value.format : 0;
}

/** The comma stands in the line of the checksum: without that line the file is good JSON, for a person who edits it. */
const beforeChecksum = '\n, "checksum": "';
const afterChecksum = '"\n}\n';
const sealLength = beforeChecksum.length + 8 + afterChecksum.length;

/** The text of a state file, in pieces: an object that still lacks its end gets its checksum and that. */
export function* sealed(role: StateFile["role"], pieces: Iterable<string>): Generator<string> {
  let sum = begin(role);
  for (const piece of pieces) {
    sum = Bun.hash.crc32(piece, sum);
    yield piece;
  }
  yield sealOf(sum);
}

/** True if the text ends with the checksum of all that stands before. */
function isSealed(bytes: Bytes, role: StateFile["role"]): boolean {
  const end = bytes.length - sealLength;
  if (end <= 0) return false;
  const seal = decodeWhole(bytes.subarray(end));
  return seal === sealOf(Bun.hash.crc32(bytes.subarray(0, end), begin(role)));
}

/** What one file holds must not pass for another one. */
function begin(role: StateFile["role"]): number {
  return Bun.hash.crc32(role);
}

function sealOf(sum: number): string {
  return `${beforeChecksum}${sum.toString(16).padStart(8, "0")}${afterChecksum}`;
}

/** No state file comes near this many bytes. */
const largestFile = 64 * 1024 * 1024;

/**
 * The bytes of a state file.
 * @returns null if there is none
 * @throws Unusable (1) if it is no regular file of a sane size, or if root cannot trust it
 * @throws Failure (1) if it may not be read
 */
export function readBytes(directory: StateDirectory, file: StateFile): Bytes | null {
  const path = join(directory.path, file.name);
  return attempting(`read ${path}`, () => {
    const descriptor = openOrNull(directory, file);
    if (descriptor === null) return null;
    return withDescriptor(descriptor, () => {
      const { type, size } = statDescriptor(descriptor);
      if (type !== "file") throw damage(directory, file, { kind: "no-file", type });
      const distrust = judgeFile(path, descriptor, directory.trusted);
      if (distrust !== null) throw new Unusable(1, [distrust]);
      if (size > largestFile) throw damage(directory, file, { kind: "too-large", bytes: size });
      return readWholeFile(descriptor, size);
    });
  });
}

function openOrNull(directory: StateDirectory, file: StateFile): number | null {
  try {
    return openForReading(directory.descriptor, file.name);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return null;
    if (isSystemError(error, "ELOOP")) throw damage(directory, file, { kind: "no-file", type: "symlink" });
    // What open(2) says of a socket.
    if (isSystemError(error, "E6", "ENXIO"))
      throw damage(directory, file, { kind: "no-file", type: "socket" });
    throw error;
  }
}
