import { Failure, type Problem } from "../model/problem.ts";
import { largestConfig } from "./locate.ts";
import { SourceText } from "./source-text.ts";

/** How many lines with broken bytes are listed: a file of another kind has no others. */
const longestList = 20;

const strict = new TextDecoder("utf-8", { fatal: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * The text of a configuration file, without a byte order mark.
 *
 * @throws Failure (exit code 2) if the file is larger than 16 MiB, is not valid UTF-8, or holds a NUL byte.
 */
export function decodeConfig(bytes: Uint8Array, file: string): string {
  if (bytes.length > largestConfig) throw new Failure(2, [tooLarge(bytes.subarray(0, 80), file)]);
  const text = tryDecode(bytes);
  if (text === null) throw new Failure(2, brokenLines(bytes, file));
  if (text.includes("\0")) throw new Failure(2, nulCharacters(new SourceText(text, file)));
  return text;
}

/** The text without a byte order mark; null if it is not valid UTF-8. */
export function tryDecode(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

function tooLarge(beginning: Uint8Array, file: string): Problem {
  const source = new SourceText(lenient.decode(beginning), file);
  return source.error(
    { start: 0, end: 0 },
    "the configuration is larger than 16 MiB",
    "check that this is the file you meant; a configuration is text of a few kilobytes",
  );
}

function nulCharacters(source: SourceText): Problem[] {
  const problems: Problem[] = [];
  for (let index = source.text.indexOf("\0"); index !== -1; ) {
    problems.push(
      source.error(
        { start: index, end: index + 1 },
        "there is a NUL byte in the file",
        "a configuration is plain text",
      ),
    );
    const lineBreak = source.text.indexOf("\n", index);
    if (lineBreak === -1 || problems.length === longestList) break;
    index = source.text.indexOf("\0", lineBreak);
  }
  return problems;
}

/** One problem for each line that is not UTF-8, at its first broken character. */
function brokenLines(bytes: Uint8Array, file: string): Problem[] {
  // The replacement characters stand where the broken bytes are, so lines and columns stay true.
  const source = new SourceText(lenient.decode(bytes), file);
  const problems: Problem[] = [];
  let lineStart = 0;
  for (let start = 0; start < bytes.length && problems.length < longestList; ) {
    const lineBreak = bytes.indexOf(0x0a, start);
    const end = lineBreak === -1 ? bytes.length : lineBreak + 1;
    const line = lenient.decode(bytes.subarray(start, end));
    const broken = firstBroken(line, bytes.subarray(start, end));
    if (broken !== null) {
      const at = { start: lineStart + broken, end: lineStart + broken + 1 };
      problems.push(source.error(at, "the text is not valid UTF-8", "save the file in the encoding UTF-8"));
    }
    lineStart += line.length;
    start = end;
  }
  return problems;
}

/** Offset of the first replacement character in `line` that the bytes do not spell out. */
function firstBroken(line: string, bytes: Uint8Array): number | null {
  let byte = 0;
  let from = 0;
  for (let index = line.indexOf("\ufffd"); index !== -1; index = line.indexOf("\ufffd", from)) {
    byte += encoder.encode(line.slice(from, index)).length;
    if (bytes[byte] !== 0xef || bytes[byte + 1] !== 0xbf || bytes[byte + 2] !== 0xbd) return index;
    byte += 3;
    from = index + 1;
  }
  return null;
}
