import type { Generation, Index } from "../model/generation.ts";
import { Failure, type Problem } from "../model/problem.ts";
import { readGeneration, readIndex, type Store } from "../state/store.ts";
import { Unusable } from "../state/trouble.ts";

/**
 * A generation that a person named.
 * @throws Failure (1) if there is none of that number, or if it can't be read
 */
export function namedGeneration(store: Store, number: number): Generation {
  const index = indexIfGood(store);
  if (index !== null && !isListed(index, number)) {
    throw new Failure(1, [noSuchGeneration(index, number)]);
  }
  return readGeneration(store, number);
}

/** For a number that no generation has. */
export function noSuchGeneration(index: Index, number: number): Problem {
  return { severity: "error", message: `there is no generation ${number}`, help: listedNumbers(index) };
}

export function isListed(index: Index, number: number): boolean {
  return index.generations.some((generation) => generation.number === number);
}

function listedNumbers({ generations }: Index): string {
  if (generations.length === 0) return "`imp apply` makes the first one";
  return `\`imp list\` shows them: ${generations.map(({ number }) => number).join(", ")}`;
}

/** A damaged index does not make a generation unreadable. */
function indexIfGood(store: Store): Index | null {
  try {
    return readIndex(store);
  } catch (error) {
    if (error instanceof Failure || error instanceof Unusable) return null;
    throw error;
  }
}
