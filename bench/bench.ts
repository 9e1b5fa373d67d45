import type { Result } from "./result.ts";
import type { Site } from "./site.ts";

/** What all scenarios need to know. */
export interface Bench {
  readonly imp: string;
  /** The runtime's own hello-world. */
  readonly hello: string;
  /** The built `reference.c`. */
  readonly reference: string;
  readonly rounds: number;
  /** @param day the day of the month that it shall be on the site; null for today */
  startSite(day: number | null): Promise<Site>;
}

export interface Scenario {
  readonly name: string;
  /** Entries, two thirds of them directories. Null where that does not matter. */
  readonly size: number | null;
  run(bench: Bench): Promise<Result>;
}

/** How imp is called in the results, and what the floor is. */
export const imp = "imp";
export const floor = "hello-world";
