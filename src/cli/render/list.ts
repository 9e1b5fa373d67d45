import type { GenerationSummary, Index } from "../../model/generation.ts";
import { columns } from "./columns.ts";
import { summaryJson } from "./current.ts";
import type { JsonObject } from "./json.ts";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";
import { ago, formatTime } from "./time.ts";

const none = "No generations found.";
const heading = "Generations:";

/**
 * Scripts read these lines: their shape is that of the Rust imp, `entries` for a single one included.
 * @param details.verbose adds the labels
 */
export function listLines(index: Index, details: { readonly verbose: boolean }, paint: Paint): string[] {
  if (index.generations.length === 0) return [none];
  const lines = [heading];
  const { active } = index;
  const { verbose } = details;
  // A plain loop: there may be a thousand of them.
  const summaries = sorted(index);
  for (let at = 0; at < summaries.length; at += 1) {
    const summary = summaries[at];
    if (summary === undefined) continue;
    const { number, createdAt, entries, label } = summary;
    let line = `  ${number} - ${formatTime(createdAt)} - ${entries} entries`;
    if (number === active) line += ` ${paint.green("(active)")}`;
    if (verbose && label !== undefined) line += ` - ${printable(label)}`;
    lines.push(line);
  }
  return lines;
}

/**
 * The same for a person at a terminal: in columns, with age and label.
 * @param now in milliseconds since the epoch
 */
export function listTable(index: Index, now: number, paint: Paint): string[] {
  if (index.generations.length === 0) return [none];
  const width = Math.max(...index.generations.map(({ entries }) => String(entries).length));
  return [
    paint.bold(heading),
    ...columns(
      sorted(index).map((summary) => {
        const { number, createdAt, entries, label } = summary;
        const isActive = number === index.active;
        const isPrevious = number === index.previous;
        return [
          { text: isActive ? "*" : " ", paint: paint.green },
          { text: String(number), align: "right", ...(isActive ? { paint: paint.bold } : {}) },
          { text: formatTime(createdAt) },
          { text: ago(createdAt, now), paint: paint.dim },
          { text: `${String(entries).padStart(width)} ${entries === 1 ? "entry" : "entries"}` },
          isActive
            ? { text: "(active)", paint: paint.green }
            : { text: isPrevious ? "(previous)" : "", paint: paint.dim },
          { text: printable(label ?? "") },
        ];
      }),
    ),
  ];
}

export function listJson(index: Index): JsonObject {
  return {
    ok: true,
    command: "list",
    active: index.active,
    previous: index.previous,
    generations: sorted(index).map((summary) => ({
      ...summaryJson(summary),
      active: summary.number === index.active,
    })),
  };
}

function sorted({ generations }: Index): readonly GenerationSummary[] {
  return isInOrder(generations)
    ? generations
    : [...generations].sort((left, right) => left.number - right.number);
}

/** As imp writes them. */
function isInOrder(generations: readonly GenerationSummary[]): boolean {
  let last = 0;
  for (let at = 0; at < generations.length; at += 1) {
    const number = generations[at]?.number ?? 0;
    if (number < last) return false;
    last = number;
  }
  return true;
}
