import { effects } from "./cases.ts";
import { titles } from "./groups.ts";
import type { Finished } from "./lanes.ts";

/** What came out, as tables in Markdown. */
export function tablesOf(all: readonly Finished[]): string {
  return [summaryTable(all), "", callTable(all.filter(({ title }) => title === titles.single))].join("\n");
}

function summaryTable(all: readonly Finished[]): string {
  const names = [...new Set(all.map(({ struck }) => struck.scenario.name))];
  const cells = (finished: readonly Finished[]) => {
    const counts = names.map((name) => finished.filter(({ struck }) => struck.scenario.name === name).length);
    return [...counts, finished.length, countRight(finished)].join(" | ");
  };
  const rows = [...Map.groupBy(all, ({ title }) => title)].map(
    ([title, finished]) => `| ${title} | ${cells(finished)} |`,
  );
  return [
    `| what happens | ${names.join(" | ")} | cases | ok |`,
    `| --- |${" ---: |".repeat(names.length + 2)}`,
    ...rows,
    `| **all** | ${cells(all)} |`,
  ].join("\n");
}

function callTable(all: readonly Finished[]): string {
  const calls = Map.groupBy(all, ({ struck }) => struck.strikes[0]?.call ?? "");
  const rows = [...calls]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([call, finished]) => `| \`${call}\` | ${cellsOf(finished)} |`);
  return [
    `| call | ${effects.join(" | ")} | ok |`,
    `| --- |${" ---: |".repeat(effects.length + 1)}`,
    ...rows,
    `| **all** | ${cellsOf(all)} |`,
  ].join("\n");
}

function cellsOf(finished: readonly Finished[]): string {
  const counts = effects.map(
    (effect) => finished.filter(({ struck }) => struck.strikes[0]?.effect === effect).length,
  );
  return [...counts, countRight(finished)].join(" | ");
}

function countRight(finished: readonly Finished[]): number {
  return finished.filter(({ verdict }) => verdict.complaints.length === 0).length;
}

/** How the struck commands ended. */
export function outcomesOf(all: readonly Finished[]): string {
  return [...Map.groupBy(all, ({ verdict }) => verdict.outcome)]
    .map(([outcome, finished]) => `${finished.length} ${outcome}`)
    .join(", ");
}
