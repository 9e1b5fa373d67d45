import type { GenerationSummary, Index } from "../../model/generation.ts";
import { ago } from "./age.ts";
import { columns } from "./columns.ts";
import type { JsonObject } from "./json.ts";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";
import { formatTime } from "./time.ts";

const none = "No generations found.";
const heading = "Generations:";

/**
 * Scripts read these lines: their shape is that of the Rust imp, `entries` for a single one included.
 * @param details.verbose adds the labels
 */
export function listLines(index: Index, details: { readonly verbose: boolean }, paint: Paint): string[] {
  if (index.generations.length === 0) return [none];
  return [
    heading,
    ...sorted(index).map(({ number, createdAt, entries, label }) => {
      const line = `  ${number} - ${formatTime(createdAt)} - ${entries} entries`;
      const marked = number === index.active ? `${line} ${paint.green("(active)")}` : line;
      return details.verbose && label !== undefined ? `${marked} - ${printable(label)}` : marked;
    }),
  ];
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

export type JsonSummary = {
  readonly number: number;
  readonly createdAt: string;
  readonly configPath: string;
  readonly label: string | null;
  readonly entries: number;
};

export function summaryJson({
  number,
  createdAt,
  configPath,
  label,
  entries,
}: GenerationSummary): JsonSummary {
  return { number, createdAt, configPath, label: label ?? null, entries };
}

function sorted(index: Index): GenerationSummary[] {
  return [...index.generations].sort((left, right) => left.number - right.number);
}
