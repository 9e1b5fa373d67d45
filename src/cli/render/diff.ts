import type { Aspect, Change, Difference } from "../../model/difference.ts";
import { type Cell, columns } from "./columns.ts";
import { entryDetails, entryJson, entryKind, entryLine } from "./entry.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";

/** A generation by its number, what the configuration says now, or nothing before the first generation. */
export type Side = number | "configuration" | "nothing";

export interface Sides {
  readonly from: Side;
  readonly to: Side;
}

export function diffLines(differences: readonly Difference[], sides: Sides, paint: Paint): string[] {
  const heading = `${sideName(sides.from)} → ${sideName(sides.to)}:`;
  if (differences.length === 0) return [`${heading} no differences`];
  return [paint.bold(heading), ...differences.flatMap((difference) => differenceLines(difference, paint))];
}

/** What people said about the two generations, where they did. */
export interface SideLabels {
  readonly from?: string;
  readonly to?: string;
}

/** The same for a person at a terminal: in columns, with labels and a summary. */
export function diffTable(
  differences: readonly Difference[],
  sides: Sides,
  labels: SideLabels,
  paint: Paint,
): string[] {
  const heading = `${titled(sides.from, labels.from)} → ${titled(sides.to, labels.to)}:`;
  if (differences.length === 0) return [`${heading} no differences`];
  const rows = columns(differences.map((difference) => differenceCells(difference, paint)));
  return [
    paint.bold(heading),
    ...differences.flatMap((difference, index) => [
      rows[index] ?? "",
      ...(difference.kind === "changed" ? changeRows(difference.changes, paint) : []),
    ]),
    summary(differences),
  ];
}

function titled(side: Side, label: string | undefined): string {
  return label === undefined ? sideName(side) : `${sideName(side)} (${printable(label)})`;
}

function differenceCells(difference: Difference, paint: Paint): Cell[] {
  const entry = difference.kind === "changed" ? difference.to : difference.entry;
  const { mark, colour } = looks(difference.kind, paint);
  return [
    { text: `${mark} ${entryKind(entry)}`, paint: colour },
    { text: printable(entry.target), paint: colour },
    { text: `← ${printable(entry.source)}`, paint: paint.dim },
    { text: entryDetails(entry).join(", ") },
  ];
}

function looks(
  kind: Difference["kind"],
  { green, red, yellow }: Paint,
): { mark: string; colour: Paint["red"] } {
  switch (kind) {
    case "added":
      return { mark: "+", colour: green };
    case "removed":
      return { mark: "-", colour: red };
    case "changed":
      return { mark: "~", colour: yellow };
  }
}

function changeRows(changes: readonly Change[], { red, green }: Paint): string[] {
  const rows = changes.map(({ aspect, from, to }) => [
    { text: `    ${aspect}:` },
    { text: value(aspect, from), paint: red },
    { text: "→" },
    { text: value(aspect, to), paint: green },
  ]);
  return columns(rows);
}

function summary(differences: readonly Difference[]): string {
  const kinds = ["added", "removed", "changed"] as const;
  return kinds
    .map((kind) => ({ kind, count: differences.filter((difference) => difference.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${kind}`)
    .join(", ");
}

function sideName(side: Side): string {
  return typeof side === "string" ? side : `generation ${side}`;
}

function differenceLines(difference: Difference, paint: Paint): string[] {
  switch (difference.kind) {
    case "added":
      return [paint.green(`+ ${entryLine(difference.entry)}`)];
    case "removed":
      return [paint.red(`- ${entryLine(difference.entry)}`)];
    case "changed":
      return [paint.yellow(`~ ${entryLine(difference.to)}`), ...difference.changes.map(changeLine)];
  }
}

function changeLine({ aspect, from, to }: Change): string {
  return `    ${aspect}: ${value(aspect, from)} → ${value(aspect, to)}`;
}

function value(aspect: Aspect, text: string | null): string {
  if (text !== null) return printable(text);
  return aspect === "options" ? "none" : aspect === "hideMounts" ? "false" : "as it is";
}

export function diffJson(differences: readonly Difference[], sides: Sides): JsonObject {
  return {
    ok: true,
    command: "diff",
    from: sides.from,
    to: sides.to,
    differences: differences.map(differenceJson),
  };
}

function differenceJson(difference: Difference): JsonValue {
  switch (difference.kind) {
    case "added":
      return {
        kind: "added",
        target: difference.entry.target,
        from: null,
        to: entryJson(difference.entry),
        changes: [],
      };
    case "removed":
      return {
        kind: "removed",
        target: difference.entry.target,
        from: entryJson(difference.entry),
        to: null,
        changes: [],
      };
    case "changed":
      return {
        kind: "changed",
        target: difference.to.target,
        from: entryJson(difference.from),
        to: entryJson(difference.to),
        changes: difference.changes.map(({ aspect, from, to }) => ({ aspect, from, to })),
      };
  }
}
