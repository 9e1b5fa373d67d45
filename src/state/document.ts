import { type Bytes, discard } from "../linux/file-io.ts";
import { Failure, failure, type Problem } from "../model/problem.ts";
import * as v from "./form.ts";
import { findJsonStop } from "./json-place.ts";

/** What still works without a state file, and what to do. Asked only when something is wrong with it. */
export type Help = () => string;

/** A state file as it was read. */
export interface Document {
  readonly path: string;
  readonly bytes: Bytes;
  readonly help: Help;
}

const strictDecoder = new TextDecoder("utf-8", { fatal: true });
const controls = /\p{C}/gu;
const longestExcerpt = 200;

/**
 * The JSON value in the document.
 * @param bytes whether anybody will look at the document's bytes again: a large file then is not twice in memory
 * @throws Failure (1) that points at the place where it stops being JSON
 */
export function parseDocument(document: Document, bytes: "discard" | "keep"): unknown {
  if (document.bytes.length === 0) throw damage(document, "it is empty");
  const text = decode(document);
  if (bytes === "discard") discard(document.bytes);
  try {
    return JSON.parse(text);
  } catch {
    // Nesting too deep for the parser is good JSON all the same, but nothing that imp wrote.
    throw notJson(document, text);
  }
}

/**
 * A value of the document in the form of the schema.
 * @throws Failure (1) that names the first place in it which is not so
 */
export function validate<T>(document: Document, schema: v.Form<T>, value: unknown): T {
  const format = v.fit(formatted, value);
  if (format.fits && format.value.format > 1) {
    const message = `${document.path} was written by a newer imp (format ${format.value.format}; this one knows 1)`;
    throw failure(1, message, "use that imp, or a newer one; the file stays as it is");
  }
  const result = v.fit(schema, value);
  if (result.fits) return result.value;
  const { place, message } = result;
  throw damage(document, place === null ? printable(message) : `${printable(place)}: ${printable(message)}`);
}

const formatted = v.object({ format: v.number() });

/** The failure for a document that is not as imp wrote it. */
export function damage(document: Document, reason: string): Failure {
  return failure(1, `${document.path} is damaged: ${reason}`, document.help());
}

function decode(document: Document): string {
  try {
    return strictDecoder.decode(document.bytes);
  } catch {
    throw damage(document, "it is not UTF-8 text");
  }
}

function notJson(document: Document, text: string): Failure {
  const stop = findJsonStop(text);
  if (stop === null) return damage(document, "it cannot be parsed as JSON");
  const ended = stop.offset >= text.length;
  const message = `${document.path} is damaged: ${ended ? "it ends too early" : "it is not JSON"} (expected ${stop.expected})`;
  const before = text.slice(0, stop.offset).split("\n");
  const lineStart = stop.offset - (before.at(-1)?.length ?? 0);
  const [line = ""] = text.slice(lineStart, lineStart + longestExcerpt + 1).split("\n");
  const problem: Problem = {
    severity: "error",
    message,
    place: { file: document.path, line: before.length, column: stop.offset - lineStart + 1, length: 1 },
    ...(line.length <= longestExcerpt ? { excerpt: line.replace(controls, "\uFFFD") } : {}),
    help: document.help(),
  };
  return new Failure(1, [problem]);
}

/** What stands in a damaged file may be anything: no control characters, and not pages of it. */
function printable(text: string): string {
  const plain = text.replace(controls, "\uFFFD");
  return plain.length > longestExcerpt ? `${plain.slice(0, longestExcerpt)}…` : plain;
}
