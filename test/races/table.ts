import type { Counts } from "./counts.ts";
import type { SavingCounts } from "./saving.ts";

/** The counts of a full run, as tables for docs/reliability.md. */

export function countTables(campaigns: readonly Counts[], savings: readonly SavingCounts[]): string {
  return [
    ...table(
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
    ...table(["step", "carried out under attack", "refused under attack"], stepRows(campaigns)),
    "",
    ...table(
      ["what a program saves over", "rounds", "commands done", "files saved", "files lost"],
      savings.map(({ name, rounds, done, saves }) => [name, rounds, done, saves, 0]),
    ),
    "",
    ...table(["refusals", "how often"], reasonRows(campaigns)),
  ].join("\n");
}

type Row = readonly (string | number)[];

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

function table(head: readonly string[], rows: readonly Row[]): string[] {
  const lines = [head, head.map((_, column) => (column === 0 ? "---" : "--:")), ...rows];
  return lines.map((cells) => `| ${cells.map(shown).join(" | ")} |`);
}

function shown(cell: string | number): string {
  return typeof cell === "number" ? cell.toLocaleString("en-US") : cell.replaceAll("|", "\\|");
}
