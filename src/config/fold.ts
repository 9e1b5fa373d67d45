import { Run } from "./run.ts";
import { countUpTo, type Span } from "./source-text.ts";

/** A text without the lines of its runs but the first of each. */
export class FoldedText {
  readonly text: string;
  readonly #runs: ReadonlyMap<number, Run>;
  readonly #gaps: readonly number[];
  readonly #missing: readonly number[];

  /**
   * @param runs by the offset in `text` at which their first line has its element
   * @param gaps the offsets in `text` where something is missing, ascending
   * @param missing how much, together with all that is missing before
   */
  constructor(
    text: string,
    runs: ReadonlyMap<number, Run>,
    gaps: readonly number[],
    missing: readonly number[],
  ) {
    this.text = text;
    this.#runs = runs;
    this.#gaps = gaps;
    this.#missing = missing;
  }

  /** The run whose first element begins there. */
  runAt(offset: number): Run | undefined {
    return this.#runs.get(offset);
  }

  /** The same part of the whole text. */
  unfolded({ start, end }: Span): Span {
    return { start: this.#unfolded(start), end: this.#unfolded(end) };
  }

  #unfolded(offset: number): number {
    return offset + (this.#missing[countUpTo(this.#gaps, offset) - 1] ?? 0);
  }
}

/*
 * All these keep within a line, and to what is plain: no escape sequences, no control characters, of which TOML allows
 * few, and no characters of two UTF-16 units, which count as one column.
 */
const never = String.raw`\\\x00-\x08\n-\x1f\x7f-\x9f\ud800-\udfff`;
const path = String.raw`"[^"\t${never}]*"`;
const unquoted = `[^"'#{}[\\]${never}]*`;
const flat = `${unquoted}(?:"[^"${never}]*"${unquoted})*`;
const tableBegins = String.raw`\{[ \t]*(?:directory|file)[ \t]*=[ \t]*`;
const tableEnds = String.raw`${flat}(?:[{[]${flat}[}\]]${flat})*\}`;

/** A line without an element. */
const emptyLine = String.raw`[ \t]*(?:#[^${never}]*)?\r?\n`;
const passEmptyLine = new RegExp(emptyLine, "y");
/** The first line of a run, with the line break before. What stands around its path is the same in the second line. */
const firstLine = new RegExp(
  String.raw`\n([ \t]*(?:${tableBegins})?)${path}((?:${tableEnds})?,[ \t]*)(\r?\n)(?=(?:${emptyLine})*\1${path}\2\3)`,
  "g",
);

/** A line that is longer but for its path has no equal: in UTF-16 units. It would be too long for an expression. */
const longest = 1024;

/**
 * Leaves all lines of each run out but the first; null if there are no runs.
 *
 * TOML takes such a line only where an array goes on with a value, and behind it the array goes on with a value: just
 * what the next line of the run needs. So what is left is valid if the whole text is, and the other way round, and
 * nothing else changes but that the array gets longer. Only in a text of several lines a line means something else;
 * if there may be one, nothing is folded.
 */
export function fold(whole: string): FoldedText | null {
  if (whole.includes('"""') || whole.includes("'''")) return null;
  const parts: string[] = [];
  const runs = new Map<number, Run>();
  const gaps: number[] = [];
  const missing: number[] = [];
  let foldedLength = 0;
  let line = 1;
  let end = 0;
  firstLine.lastIndex = 0;
  for (let match = firstLine.exec(whole); match !== null; match = firstLine.exec(whole)) {
    const [{ length }, before = "", behind = "", lineBreak = ""] = match;
    const start = match.index + 1;
    // Else the line opens a table that a later line closes, or the other way round.
    const isWhole = before.includes("{") === behind.includes("}");
    if (isWhole && before.length + behind.length <= longest) {
      line += lineBreaks(whole, end, start);
      const indentation = before.search(/\S|$/);
      const found = runFrom(whole, { start, line, before, behind, lineBreak });
      if (found === null) return null;
      const gap = match.index + length;
      parts.push(whole.slice(end, gap));
      runs.set(foldedLength + start - end + indentation, found.run);
      foldedLength += gap - end;
      ({ end, line } = found);
      gaps.push(foldedLength);
      missing.push(end - foldedLength);
    }
    // The line break at the end of one run may be the one before the next.
    firstLine.lastIndex = Math.max(match.index + length, end) - 1;
  }
  if (runs.size === 0) return null;
  parts.push(whole.slice(end));
  return new FoldedText(parts.join(""), runs, gaps, missing);
}

/** What makes a run, and where it begins. */
interface Beginning {
  readonly start: number;
  readonly line: number;
  /** What stands on each line before and behind the path. */
  readonly before: string;
  readonly behind: string;
  readonly lineBreak: string;
}

/** The run, and where the text goes on behind it; null if that can't be told. */
function runFrom(whole: string, beginning: Beginning): { run: Run; end: number; line: number } | null {
  const { before, behind, lineBreak } = beginning;
  const alike = literal(before) + path + literal(behind + lineBreak);
  const others = new RegExp(String.raw`\n(?!${alike})`, "g");
  const another = new RegExp(alike, "y");
  const separator = `"${behind}${lineBreak}${before}"`;

  const texts: string[] = [];
  const lines: number[] = [];
  let { start, line } = beginning;
  for (;;) {
    others.lastIndex = start;
    const other = others.exec(whole);
    // What follows on the last line break of the text is no such line, so there is always one.
    if (other === null) return null;
    const end = other.index + 1;
    const last = end - lineBreak.length - behind.length - 1;
    for (const text of whole.slice(start + before.length + 1, last).split(separator)) {
      texts.push(text);
      lines.push(line);
      line += 1;
    }
    const behindLine = line;
    start = end;
    passEmptyLine.lastIndex = start;
    while (passEmptyLine.test(whole)) {
      start = passEmptyLine.lastIndex;
      line += 1;
    }
    another.lastIndex = start;
    if (start === end || !another.test(whole)) {
      return { run: new Run(texts, lines, before.length + 1), end, line: behindLine };
    }
  }
}

/** A regular expression of that text. */
function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

function lineBreaks(whole: string, start: number, end: number): number {
  let count = 0;
  for (let index = whole.indexOf("\n", start); index !== -1 && index < end; ) {
    count += 1;
    index = whole.indexOf("\n", index + 1);
  }
  return count;
}
