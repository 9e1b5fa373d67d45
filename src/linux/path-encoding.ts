/**
 * Paths are bytes to the kernel and strings to us. A byte that is not part of valid UTF-8 becomes a lone low
 * surrogate U+DC80…U+DCFF and back (the scheme of Python's PEP 383), so that every name survives the way
 * through a string.
 */

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const loneSurrogate = /[\udc80-\udcff]/;

/** True if the path has a byte that is not part of valid UTF-8. */
export function hasStrayByte(path: string): boolean {
  // The first answer is nearly always enough, and costs nothing.
  return !path.isWellFormed() && loneSurrogate.test(path);
}

export function encodePath(path: string): Uint8Array {
  if (!hasStrayByte(path)) return encoder.encode(path);
  const bytes: number[] = [];
  for (const character of path) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else bytes.push(...encoder.encode(character));
  }
  return Uint8Array.from(bytes);
}

export function decodePath(bytes: Uint8Array): string {
  return decodeWhole(bytes) ?? decodeWithEscapes(bytes);
}

/** The text if all of it is valid UTF-8, or else null. */
export function decodeWhole(bytes: Uint8Array): string | null {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return null;
  }
}

function decodeWithEscapes(bytes: Uint8Array): string {
  let text = "";
  for (let index = 0; index < bytes.length; ) {
    const length = validSequenceLength(bytes, index);
    if (length === 0) {
      text += String.fromCharCode(0xdc00 + (bytes[index] ?? 0));
      index += 1;
    } else {
      text += strictDecoder.decode(bytes.subarray(index, index + length));
      index += length;
    }
  }
  return text;
}

/** Length of the UTF-8 sequence that starts at `index`, or 0 if none does. */
function validSequenceLength(bytes: Uint8Array, index: number): number {
  for (let length = 1; length <= 4 && index + length <= bytes.length; length += 1) {
    try {
      strictDecoder.decode(bytes.subarray(index, index + length));
      return length;
    } catch {
      // Not whole yet, or not UTF-8 at all.
    }
  }
  return 0;
}

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
