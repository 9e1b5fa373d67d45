import { wrap } from "../../src/cli/render/help.ts";

/** Text for mdoc(7). */

/** A paragraph: one sentence a line, what stands between backticks in bold. */
export function prose(text: string): string[] {
  return text
    .replace(/\*\*/g, "")
    .replace(/([\w)`"”][.:]) (?=[A-Z`])/g, "$1\n")
    .split("\n")
    .flatMap((sentence) => wrap(sentence.split("`").map(inline).join(""), lineWidth))
    .map(atLineStart);
}

/** What mandoc(1) takes for a long line is longer. */
const lineWidth = 78;

function inline(part: string, index: number): string {
  return index % 2 === 0 ? escaped(part) : `\\fB${code(part)}\\fP`;
}

/** What people copy: a hyphen has to stay one. */
export function code(text: string): string {
  return escaped(text).replaceAll("-", "\\-");
}

/** The lines of an example as they are. */
export function literal(lines: readonly string[]): string[] {
  return [".Bd -literal -offset indent", ...lines.map((line) => atLineStart(code(line))), ".Ed"];
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\e").replace(/[^\p{ASCII}]/gu, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return `\\[u${hex}]`;
  });
}

/** A dot or an apostrophe begins a macro. */
function atLineStart(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

export interface Heading {
  /** `imp.toml` */
  readonly title: string;
  readonly section: number;
  readonly version: string;
  readonly date: Date;
  /** What apropos(1) shows. */
  readonly summary: string;
}

const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

export function heading({ title, section, version, date, summary }: Heading): string[] {
  return [
    `.\\" Made by: npm run man`,
    `.Dd ${months[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}`,
    `.Dt ${title.toUpperCase()} ${section}`,
    `.Os imp ${version}`,
    ".Sh NAME",
    `.Nm ${title}`,
    `.Nd ${escaped(summary)}`,
  ];
}
