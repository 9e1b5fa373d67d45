import { availableParallelism, release } from "node:os";
import type { Judgement, Result } from "./result.ts";

/** `2 cores, Linux 6.18` */
export function renderMachine(): string {
  const [major, minor] = release().split(".");
  return `${availableParallelism()} cores, Linux ${major}.${minor}`;
}

export function renderResults(results: readonly Result[]): string {
  return results.map(renderResult).join("\n");
}

function renderResult({ scenario, size, medians, judgements }: Result): string {
  const times = Object.entries(medians).map(
    ([name, { milliseconds }]) => `${name} ${inMilliseconds(milliseconds)}`,
  );
  const title = size === null ? scenario : `${scenario}, N = ${size}`;
  return [
    `${title}: ${times.join(" · ")}`,
    ...judgements.map((judgement) => `  ${renderJudgement(judgement)}`),
  ].join("\n");
}

function renderJudgement({ goal, measured, limit, unit, isMet }: Judgement): string {
  return `${isMet ? "met   " : "MISSED"} ${measured.toFixed(1)} ${unit}, at most ${limit.toFixed(1)} ${unit} (${goal})`;
}

function inMilliseconds(milliseconds: number): string {
  return `${milliseconds.toFixed(milliseconds < 100 ? 1 : 0)} ms`;
}
