import type { Generation, Index } from "../model/generation.ts";
import { withActive } from "../state/index-changes.ts";
import type { Goal } from "./aim.ts";

/** The goal of being as a recorded generation has it: another one, or the active one again. */
export function recordedGoal(index: Index, generation: Generation): Goal {
  const { number, manifest, configPath, configText } = generation;
  return {
    manifest,
    config: { path: configPath, text: configText, generation: number },
    number,
    record: (effects) => ({ index: withActive(index, number, effects) }),
  };
}
