import type { Place, Problem } from "../model/problem.ts";

/** Part of a text: UTF-16 offsets, `end` excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What places are found by. */
interface Measures {
  readonly lineStarts: readonly number[];
  /** Offsets of the characters that take two UTF-16 units: columns count characters. */
  readonly astral: readonly number[];
  /** Just behind the last visible text: there "missing at the end of the file" is pointed at. */
  readonly visibleEnd: number;
}

const astralCharacter = /[\u{10000}-\u{10ffff}]/gu;

function measure(text: string): Measures {
  const lineStarts = [0];
  for (let index = text.indexOf("\n"); index !== -1; index = text.indexOf("\n", index + 1)) {
    lineStarts.push(index + 1);
  }
  const astral: number[] = [];
  for (const match of text.matchAll(astralCharacter)) astral.push(match.index);
  return { lineStarts, astral, visibleEnd: text.trimEnd().length };
}

/** The text of a configuration file, and what it takes to point into it. */
export class SourceText {
  readonly text: string;
  readonly file: string;
  #measured: Measures | null = null;

  constructor(text: string, file: string) {
    this.text = text;
    this.file = file;
  }

  get #measures(): Measures {
    this.#measured ??= measure(this.text);
    return this.#measured;
  }

  /** The line of that number, counted from 1, without its line break. */
  line(number: number): string {
    return this.text.slice(this.#measures.lineStarts[number - 1], this.#lineEnd(number));
  }

  /** Line and column of the start of `span`; its length ends with its first line. */
  place(span: Span): Place {
    const { lineStarts, visibleEnd } = this.#measures;
    const start = Math.min(span.start, visibleEnd);
    const line = countUpTo(lineStarts, start);
    const lineStart = lineStarts[line - 1] ?? 0;
    const end = Math.min(span.end, this.#lineEnd(line));
    return {
      file: this.file,
      line,
      column: this.#characters(lineStart, start) + 1,
      length: Math.max(1, this.#characters(start, end)),
    };
  }

  /** `FILE:LINE:COLUMN`, for a message that names a second place. */
  name(span: Span): string {
    const { line, column } = this.place(span);
    return `${this.file}:${line}:${column}`;
  }

  error(span: Span, message: string, help: string): Problem {
    return this.problem("error", span, message, help);
  }

  problem(severity: Problem["severity"], span: Span, message: string, help: string): Problem {
    const place = this.place(span);
    return { severity, message, place, excerpt: this.line(place.line), help };
  }

  #lineEnd(number: number): number {
    const next = this.#measures.lineStarts[number];
    if (next === undefined) return this.text.length;
    return this.text[next - 2] === "\r" ? next - 2 : next - 1;
  }

  #characters(start: number, end: number): number {
    const { astral } = this.#measures;
    return end - start - (countUpTo(astral, end - 1) - countUpTo(astral, start - 1));
  }
}

/** How many of the ascending numbers are at most `limit`. */
function countUpTo(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
