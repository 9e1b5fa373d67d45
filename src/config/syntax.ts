import { type AST, ParseError, parseTOML } from "toml-eslint-parser";
import type { Problem } from "../model/problem.ts";
import type { SourceText, Span } from "./source-text.ts";
import {
  brokenLine,
  missingComma,
  missingValue,
  openArray,
  readSyntaxMessage,
  repeatedKey,
} from "./syntax-messages.ts";

/** How many syntax errors are listed at most. */
const longestList = 10;

/** Reading a text again for each error takes its time: in UTF-16 units, far beyond what a person writes. */
const longestReadAgain = 256 * 1024;

/**
 * The tree of a TOML 1.1 text, or its syntax errors.
 *
 * After an error the parser knows nothing about the rest. So the faulty line is left out and the text read
 * again, but only while that cannot make a fault of its own (see {@link standsAlone}), and does not take long.
 */
export function parseSyntax(source: SourceText): AST.TOMLProgram | Problem[] {
  const problems = bareCarriageReturns(source);
  if (problems.length > 0) return problems;
  for (let text = source.text; ; ) {
    const outcome = attempt(text);
    if (outcome.kind === "parsed") return problems.length === 0 ? outcome.program : problems;
    if (outcome.kind === "too-much") return [...problems, tooMuch(source, longestLine(text))];
    const fault = faultOf(outcome.error, text);
    const isCertain = !fault.spills && standsAlone(text, fault.at.start);
    if (isCertain || problems.length === 0) problems.push(problemOf(fault, source));
    if (!isCertain || problems.length === longestList || text.length > longestReadAgain) return problems;
    text = withoutLine(text, fault.at.start);
  }
}

/** The parser takes them for line breaks, and makes another text of it. */
function bareCarriageReturns(source: SourceText): Problem[] {
  const problems: Problem[] = [];
  for (const { index } of source.text.matchAll(/\r(?!\n)[^\n]*/g)) {
    const message = "not valid TOML: there is a carriage return without a line feed";
    const help = "end lines with LF or CR LF; within a text, write \\r in double quotes";
    problems.push(source.error({ start: index, end: index + 1 }, message, help));
    if (problems.length === longestList) break;
  }
  return problems;
}

type Attempt =
  | { readonly kind: "parsed"; readonly program: AST.TOMLProgram }
  | { readonly kind: "error"; readonly error: ParseError }
  | { readonly kind: "too-much" };

function attempt(text: string): Attempt {
  try {
    return { kind: "parsed", program: parseTOML(text) };
  } catch (error) {
    if (error instanceof ParseError) return { kind: "error", error };
    // The parser calls itself for each level of brackets, and passes a text's characters as arguments.
    if (error instanceof RangeError) return { kind: "too-much" };
    throw error;
  }
}

function problemOf({ at, message }: Fault, source: SourceText): Problem {
  const reading = readSyntaxMessage(message, source.line(source.place(at).line));
  return source.error(at, `not valid TOML: ${reading.message}`, reading.help);
}

/** The problem of a file that is beyond what the parser can hold on its stack. */
export function tooMuch(source: SourceText, at: Span): Problem {
  return source.error(
    at,
    "the file nests too deeply, or holds a text or number that is too long",
    "a path has at most 4095 bytes; check that this is the file you meant",
  );
}

interface Fault {
  readonly at: Span;
  /** In the parser's words. */
  readonly message: string;
  /** What comes at the beginning of a line may be wrong only because of the lines before. */
  readonly spills: boolean;
}

/** Points at a whole word, and for what is missing at the end of a line not at the next line. */
function faultOf({ index, message }: ParseError, text: string): Fault {
  const open = endOfOpenArray(text, index);
  if (open !== null) return { at: { start: open, end: open + 1 }, message: openArray, spills: true };
  const end = endOfLineBefore(text, index);
  if (end !== null) {
    const at = { start: end, end: end + 1 };
    if (message === brokenLine || text[end - 1] === "=") return { at, message: brokenLine, spills: true };
    if (message === missingComma) return { at, message, spills: false };
  }
  if (isOpenArray(message, text.slice(0, index))) {
    return { at: { start: index, end: index + 1 }, message: openArray, spills: true };
  }
  const word = /[\w.+-]+/y;
  word.lastIndex = index;
  const at = { start: index, end: index + (word.exec(text)?.[0].length ?? 1) };
  return { at, message, spills: end !== null && message !== repeatedKey };
}

/** Where an array should have ended, if the line around `index` begins a key or a table inside of one. */
function endOfOpenArray(text: string, index: number): number | null {
  const start = lineStart(text, index);
  const line = text.slice(start, lineEnd(text, index));
  if (!/^\s*(?:[\w-]+\s*=|\[+\s*[A-Za-z])/.test(line)) return null;
  const before = attempt(text.slice(0, start));
  return before.kind === "error" && isOpenArray(before.error.message, text.slice(0, start))
    ? endOfLineBefore(text, start)
    : null;
}

/** True if the parser says this of a text that ends within an array. */
function isOpenArray(message: string, text: string): boolean {
  return message === openArray || (message === missingValue && /[[,]$/.test(text.trimEnd()));
}

/** The end of the nearest earlier line that says something, if `index` is the first such place of its line. */
function endOfLineBefore(text: string, index: number): number | null {
  let start = lineStart(text, index);
  if (text.slice(start, index).trim() !== "") return null;
  while (start > 0) {
    const end = start - 1;
    start = lineStart(text, end);
    const line = text.slice(start, end).trimEnd();
    if (line.trim() !== "" && !line.trimStart().startsWith("#")) return start + line.length;
  }
  return null;
}

/**
 * True if the line can be left out without consequences: nothing that it opens or closes concerns another
 * line, and it is either a bare key after valid text, or one `{ … }` of an array that is still open.
 */
function standsAlone(text: string, index: number): boolean {
  const start = lineStart(text, index);
  const line = text.slice(start, lineEnd(text, index));
  if (line.trim() === "" || !isWholeLine(line)) return false;
  const isTopLevel = attempt(text.slice(0, start)).kind === "parsed";
  return isTopLevel ? /^\s*\w/.test(line) : line.trimStart().startsWith("{");
}

/** `text` with blanks for the line around `index`, so that all other offsets stay. */
function withoutLine(text: string, index: number): string {
  const start = lineStart(text, index);
  const end = lineEnd(text, index);
  return text.slice(0, start) + " ".repeat(end - start) + text.slice(end);
}

function lineStart(text: string, index: number): number {
  return index === 0 ? 0 : text.lastIndexOf("\n", index - 1) + 1;
}

function lineEnd(text: string, index: number): number {
  const end = text.indexOf("\n", index);
  return end === -1 ? text.length : end;
}

function longestLine(text: string): Span {
  let longest: Span = { start: 0, end: 0 };
  for (let start = 0; start < text.length; ) {
    const end = lineEnd(text, start);
    if (end - start > longest.end - longest.start) longest = { start, end };
    start = end + 1;
  }
  return longest;
}

const closing: Readonly<Record<string, string>> = { "[": "]", "{": "}" };
const singleLineText = /"(?:[^"\\]|\\.)*"|'[^']*'/y;

/** True if everything that opens on this line of TOML, a bracket or a text, also closes on it. */
function isWholeLine(line: string): boolean {
  if (line.includes('"""') || line.includes("'''")) return false;
  const open: string[] = [];
  for (let index = 0; index < line.length; ) {
    const character = line.charAt(index);
    if (character === "#") break;
    if (character === '"' || character === "'") {
      singleLineText.lastIndex = index;
      const text = singleLineText.exec(line)?.[0];
      if (text === undefined) return false;
      index += text.length;
      continue;
    }
    const closer = closing[character];
    if (closer !== undefined) open.push(closer);
    else if ((character === "]" || character === "}") && open.pop() !== character) return false;
    index += 1;
  }
  return open.length === 0;
}
