import type { Effect, Generation, GenerationSummary, Index } from "../model/generation.ts";

/** What commands make of an index; none of these touches a disk. */

/** What the index keeps of a generation. */
export function summaryOf(generation: Generation): GenerationSummary {
  const { number, createdAt, configPath, label, manifest } = generation;
  const described = label === undefined ? {} : { label };
  return { number, createdAt, configPath, ...described, entries: manifest.entries.length };
}

/** The index after `apply`: the new generation, whose number is `index.next`, is active. */
export function withGeneration(index: Index, generation: Generation, effects: readonly Effect[]): Index {
  return {
    ...index,
    active: generation.number,
    previous: index.active ?? index.previous,
    next: generation.number + 1,
    generations: [...index.generations, summaryOf(generation)],
    effects,
  };
}

/** The index after `switch`: another of its generations is active. */
export function withActive(index: Index, number: number, effects: readonly Effect[]): Index {
  const previous = index.active === number ? index.previous : index.active;
  return { ...index, active: number, previous, effects };
}

/** The index after `delete`; none of the numbers may be the active one's. */
export function withoutGenerations(index: Index, numbers: readonly number[]): Index {
  const previous = index.previous !== null && numbers.includes(index.previous) ? null : index.previous;
  return {
    ...index,
    previous,
    generations: index.generations.filter((generation) => !numbers.includes(generation.number)),
  };
}
