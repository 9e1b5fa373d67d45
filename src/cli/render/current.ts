import type { GenerationSummary } from "../../model/generation.ts";
import type { JsonObject } from "./json.ts";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";
import { formatTime } from "./time.ts";

/** The active generation; null if there is none. Scripts read the first line. */
export function currentLines(active: GenerationSummary | null, paint: Paint): string[] {
  if (active === null) return ["No active generation"];
  return [paint.bold(`Current generation: ${active.number}`), ...summaryLines(active)];
}

export function currentJson(active: GenerationSummary | null): JsonObject {
  return { ok: true, command: "current", generation: active === null ? null : summaryJson(active) };
}

export function summaryLines({
  createdAt,
  configPath,
  label,
  entries,
}: Omit<GenerationSummary, "number">): string[] {
  return [
    `  Created: ${formatTime(createdAt)} UTC`,
    `  Config:  ${printable(configPath)}`,
    ...(label === undefined ? [] : [`  Label:   ${printable(label)}`]),
    `  Entries: ${entries}`,
  ];
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
