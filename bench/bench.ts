import type { Result } from "./result.ts";
import type { Site } from "./site.ts";
import type { Stage } from "./stage.ts";

/** What all scenarios need to know. */
export interface Bench {
  readonly imp: string;
  /** Another executable with the same commands. */
  readonly against: string | null;
  /** The runtime's own hello-world. */
  readonly hello: string;
  /** The built `reference.c`. */
  readonly reference: string;
  readonly rounds: number;
  startSite(): Promise<Site>;
}

export interface Scenario {
  readonly name: string;
  readonly size: number | null;
  run(bench: Bench): Promise<Result>;
}

/** How imp and its rival are called in the results, and what the floor is. */
export const imp = "imp";
export const against = "against";
export const floor = "hello-world";

/** Those that are measured, by name. */
export function rivalsOf(bench: Bench): [string, string][] {
  return [
    [imp, bench.imp],
    ...(bench.against === null ? [] : ([[against, bench.against]] as [string, string][])),
  ];
}

export const applyAll = (stage: Stage) => ["apply", "--config", stage.all];
