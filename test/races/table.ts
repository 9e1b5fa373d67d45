import { markdownTable, type Row } from "../machine/table.ts";
import type { Counts } from "./counts.ts";
import type { SavingCounts } from "./saving.ts";

/** The counts of a full run, as tables for docs/reliability.md. */

export function countTables(campaigns: readonly Counts[], savings: readonly SavingCounts[]): string {
  return [
    ...markdownTable(
      ["what is exchanged", "rounds", "done", "refused", "undone", "left", "exchanges", "per second"],
      campaigns.map((counts) => [
        counts.name,
        counts.rounds,
        counts.done,
        counts.refused,
        counts.undone,
        counts.left,
        counts.swaps,
        Math.round((counts.swaps / counts.milliseconds) * 1000),
      ]),
    ),
    "",
    ...markdownTable(["step", "carried out under attack", "refused under attack"], stepRows(campaigns)),
    "",
    ...markdownTable(
      ["what a program saves over", "rounds", "commands done", "files saved", "files lost"],
      savings.map(({ name, rounds, done, saves }) => [name, rounds, done, saves, 0]),
    ),
    "",
    ...markdownTable(["refusals", "how often"], reasonRows(campaigns)),
  ].join("\n");
}

function stepRows(campaigns: readonly Counts[]): Row[] {
  const [steps, refusals] = [
    sum(campaigns.map((counts) => counts.steps)),
    sum(campaigns.map((counts) => counts.refusals)),
  ];
  const kinds = [...new Set([...steps.keys(), ...refusals.keys()])].sort();
  return kinds.map((kind) => [kind, steps.get(kind) ?? 0, refusals.get(kind) ?? 0]);
}

function reasonRows(campaigns: readonly Counts[]): Row[] {
  const reasons = sum(campaigns.map((counts) => counts.reasons));
  return [...reasons].sort(([, left], [, right]) => right - left);
}

function sum(maps: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const total = new Map<string, number>();
  for (const [key, value] of maps.flatMap((map) => [...map])) total.set(key, (total.get(key) ?? 0) + value);
  return total;
}
