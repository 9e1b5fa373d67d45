import type { Medians } from "./rounds.ts";

/** What one scenario came to. */
export interface Result {
  readonly scenario: string;
  /** Entries, two thirds of them directories. Null where that does not matter. */
  readonly size: number | null;
  readonly medians: Medians;
  readonly judgements: readonly Judgement[];
}

/** A goal, and how far it is met. */
export interface Judgement {
  readonly goal: string;
  readonly measured: number;
  readonly limit: number;
  readonly unit: "ms" | "MiB" | "×" | "µs";
  readonly isMet: boolean;
}

/** At most so much. */
export function atMost(goal: string, measured: number, limit: number, unit: Judgement["unit"]): Judgement {
  return { goal, measured, limit, unit, isMet: measured <= limit };
}

/** The median time of a contender. @throws Error if nobody of that name was measured */
export function time(medians: Medians, name: string): number {
  const usage = medians[name];
  if (usage === undefined) throw new Error(`${name} was not measured`);
  return usage.milliseconds;
}
