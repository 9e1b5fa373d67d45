import type { Usage } from "./site.ts";

/** One of those that are measured against each other. */
export interface Contender {
  readonly name: string;
  /** Brings about what the run starts from; not measured. */
  prepare?(round: number): void;
  run(round: number): Usage;
}

/** What each round took, by the contender's name. */
export type Rounds = Readonly<Record<string, readonly Usage[]>>;

/** The medians of all rounds, by the contender's name. */
export type Medians = Readonly<Record<string, Usage>>;

/**
 * Measures all contenders in each round, forwards and backwards in turn, so that what the machine does beside hits all
 * of them alike. A first round is not counted: it fills the page cache.
 */
export function measure(contenders: readonly Contender[], rounds: number): Rounds {
  const usages = new Map<string, Usage[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      contender.prepare?.(round);
      const usage = contender.run(round);
      if (round > 0) usages.get(contender.name)?.push(usage);
    }
  }
  return Object.fromEntries(usages);
}

export function mediansOf(rounds: Rounds): Medians {
  return Object.fromEntries(
    Object.entries(rounds).map(([name, all]) => [
      name,
      {
        milliseconds: median(all.map(({ milliseconds }) => milliseconds)),
        processor: median(all.map(({ processor }) => processor)),
        mebibytes: median(all.map(({ mebibytes }) => mebibytes)),
      },
    ]),
  );
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 0 ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper;
}
