import type { Place, Problem } from "../../model/problem.ts";
import { noPaint, type Paint, terminalPaint } from "./paint.ts";
import { printable } from "./printable.ts";

/** The lines that show all problems; an empty line stands around each that shows a part of a file. */
export function renderProblems(problems: readonly Problem[], colour: boolean): string[] {
  return problems.flatMap((problem, index) => {
    const lines = renderProblem(problem, colour);
    const before = problems[index - 1];
    const isApart = before !== undefined && (before.excerpt ?? problem.excerpt) !== undefined;
    return isApart ? ["", ...lines] : lines;
  });
}

/**
 * The lines that show a problem: what is wrong, where, and what to do. Everything in them is printable.
 *
 * @param colour with escape sequences for a terminal
 */
export function renderProblem(problem: Problem, colour: boolean): string[] {
  const paint = colour ? terminalPaint : noPaint;
  const severity = problem.severity === "error" ? paint.red("error:") : paint.yellow("warning:");
  const { place, excerpt } = problem;
  return [
    `${paint.bold(severity)} ${printable(problem.message)}`,
    ...(place === undefined ? [] : [`  --> ${placeName(place)}`]),
    ...(place === undefined || excerpt === undefined ? [] : excerptLines(place, excerpt, paint)),
    ...(problem.help === undefined ? [] : helpLines(problem.help)),
  ];
}

/** As editors and terminals take it to open the file there, but only where the file says what is shown. */
function placeName({ file, line, column, generation }: Place): string {
  if (generation === undefined) return `${printable(file)}:${line}:${column}`;
  return `${printable(file)} as recorded in generation ${generation}, line ${line}, column ${column}`;
}

/** Room for a line of the file, in characters. */
const windowWidth = 100;
/** How many characters before the place are shown of a longer line. */
const lead = 30;

function excerptLines({ line, column, length }: Place, excerpt: string, paint: Paint): string[] {
  const { before, marked, after } = cut(excerpt, column - 1, length);
  const number = String(line).padStart(2);
  const gutter = " ".repeat(number.length);
  const indentation = " ".repeat(Bun.stringWidth(before));
  const carets = "^".repeat(Math.max(1, Bun.stringWidth(marked)));
  return [
    `${gutter} |`,
    `${number} | ${before}${marked}${after}`.trimEnd(),
    `${gutter} | ${indentation}${paint.bold(carets)}`,
  ];
}

interface CutLine {
  readonly before: string;
  readonly marked: string;
  readonly after: string;
}

/** The part of a line around `length` characters from `start` on, ready to be printed. */
function cut(line: string, start: number, length: number): CutLine {
  const characters = [...line];
  const isLong = characters.length > windowWidth;
  const from = isLong ? Math.max(0, Math.min(start - lead, characters.length - windowWidth)) : 0;
  const to = isLong ? from + windowWidth : characters.length;
  const end = Math.min(start + length, to);
  const part = (first: number, last: number) => characters.slice(first, last).map(visible).join("");
  return {
    before: (from > 0 ? "…" : "") + part(from, start),
    marked: part(start, end),
    after: part(end, to) + (to < characters.length ? "…" : ""),
  };
}

function visible(character: string): string {
  return character === "\t" ? " " : printable(character);
}

function helpLines(help: string): string[] {
  const mark = "  help: ";
  return help
    .split("\n")
    .map((line, index) => (index === 0 ? mark : " ".repeat(mark.length)) + printable(line));
}
