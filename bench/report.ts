import { availableParallelism, release } from "node:os";
import { imp } from "./bench.ts";
import { other, type PairResult } from "./pair.ts";
import type { Judgement, Result } from "./result.ts";

/** `2 cores, Linux 6.18` */
export function describeMachine(): string {
  const [major, minor] = release().split(".");
  return `${availableParallelism()} cores, Linux ${major}.${minor}`;
}

export const heading = [
  "| work | N | medians in ms (work of processors) | goal | measured | at most | met |",
  "| --- | --- | --- | --- | --- | --- | --- |",
].join("\n");

/** A row for each goal; what was measured stands in the first one. */
export function rowsOf({ scenario, size, medians, judgements }: Result): string {
  const times = Object.entries(medians).map(([name, { milliseconds, processor }]) => {
    const own = name.startsWith("imp") && processor > 0 ? ` (${short(processor)})` : "";
    return `${name} ${short(milliseconds)}${own}`;
  });
  return judgements
    .map(({ goal, measured, limit, unit, isMet }, index) => {
      const what = index === 0 ? [scenario, size ?? "", times.join(" · ")] : ["", "", ""];
      const figures = [inUnit(measured, unit), inUnit(limit, unit), isMet ? "yes" : "**no**"];
      return `| ${[...what, goal, ...figures].join(" | ")} |`;
    })
    .join("\n");
}

export const pairHeading = [
  "| work | N | ms of processors: imp | the other | ratio | of time | goal | measured | met |",
  "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
].join("\n");

/** A row for each goal; behind milliseconds stand hello-worlds. */
export function rowsOfPair(result: PairResult): string {
  const { scenario, size, medians, ratios, helloWorlds, helloWorldsOfOther, judgements } = result;
  const own = `${short(medians[imp]?.processor ?? 0)} (${short(helloWorlds)})`;
  const others = `${short(medians[other]?.processor ?? 0)} (${short(helloWorldsOfOther)})`;
  const figures = [own, others, short(ratios.processor), short(ratios.milliseconds)];
  return judgements
    .map(({ goal, measured, unit, isMet }, index) => {
      const what = index === 0 ? [scenario, size, ...figures] : ["", "", "", "", "", ""];
      return `| ${[...what, goal, inUnit(measured, unit), isMet ? "yes" : "**no**"].join(" | ")} |`;
    })
    .join("\n");
}

function inUnit(figure: number, unit: Judgement["unit"]): string {
  return `${short(figure)} ${unit}`;
}

function short(figure: number): string {
  return figure.toFixed(figure < 10 ? 2 : figure < 100 ? 1 : 0);
}
