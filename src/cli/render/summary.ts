import type { GenerationSummary } from "../../model/generation.ts";

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
