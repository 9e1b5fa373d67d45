import type { Aspect, Change, Difference } from "../../model/difference.ts";
import { entryJson, entryLine } from "./entry.ts";
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
