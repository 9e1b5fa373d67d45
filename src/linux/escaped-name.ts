import { decodePath, decodeWhole, encodePath } from "./bytes.ts";

/**
 * Names as the kernel and libmount write them in tables of mounts, one character per byte: space, tab, newline and
 * backslash as `\040`, `\011`, `\012` and `\134` (proc_pid_mountinfo(5), fstab(5)).
 */

const octalEscape = /\\([0-7]{3})/g;
const ordinary = /^[\x21-\x5b\x5d-\x7e]*$/;
const plain = /^[\x20-\x5b\x5d-\x7e]*$/;

/** The bytes of such a table, one character for each, so that fields can be cut before anything is decoded. */
export function asCharacters(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/**
 * A whole table as {@link asCharacters} has it if every name in it is written as it is: ASCII without a backslash. Null for
 * others. As UTF-8 it takes a third of the time, and ASCII is what has as many characters as bytes there.
 */
export function asPlainCharacters(bytes: Uint8Array): string | null {
  const text = decodeWhole(bytes);
  return text === null || text.length !== bytes.length || text.includes("\\") ? null : text;
}

/** A name as the table has it, as a path. */
export function unescapeName(field: string): string {
  if (plain.test(field)) return field;
  const characters = field.replace(octalEscape, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
  return decodePath(Buffer.from(characters, "latin1"));
}

/** A path as the table has it. */
export function escapeName(path: string): string {
  if (ordinary.test(path)) return path;
  return asCharacters(encodePath(path)).replace(
    /[ \t\n\\]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}
