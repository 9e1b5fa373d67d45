import type { GenerationSummary, Index } from "../../model/generation.ts";
import type { JsonObject } from "./json.ts";
import type { Paint } from "./paint.ts";
import { formatTime } from "./time.ts";

/** Scripts read these lines: their shape is that of the Rust imp, `entries` for a single one included. */
export function listLines(index: Index, paint: Paint): string[] {
  if (index.generations.length === 0) return ["No generations found."];
  return [
    "Generations:",
    ...sorted(index).map(({ number, createdAt, entries }) => {
      const line = `  ${number} - ${formatTime(createdAt)} - ${entries} entries`;
      return number === index.active ? `${line} ${paint.green("(active)")}` : line;
    }),
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
  readonly entries: number;
};

export function summaryJson({ number, createdAt, configPath, entries }: GenerationSummary): JsonSummary {
  return { number, createdAt, configPath, entries };
}

function sorted(index: Index): GenerationSummary[] {
  return [...index.generations].sort((left, right) => left.number - right.number);
}
