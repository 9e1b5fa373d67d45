import { type Bench, floor, imp } from "./bench.ts";
import { atMost, type Judgement } from "./result.ts";
import { type Contender, type Medians, measure, median, mediansOf, type Rounds } from "./rounds.ts";
import type { Site, Usage } from "./site.ts";
import { layOut, type Style } from "./stage.ts";
import { contender, type Work } from "./work.ts";

/** A work that two executables do in turn, each on a site of its own in the same state. */
export interface Pair {
  readonly work: Work;
  /** Entries, two thirds of them directories. */
  readonly size: number;
  /** The day of the month that it is. */
  readonly day: number;
  readonly style: Style;
  /** Whether a configuration stands where imp looks for one, as on most machines: `state_dir` is read from it. */
  readonly isFound: boolean;
  /** What is special about it, for its name. */
  readonly remark?: string;
  readonly goals: readonly PairGoal[];
}

/** Work of processors as a multiple of another's, or MiB of memory on top of the hello-world's. */
export type PairGoal = readonly ["× the other" | "× hello-world" | "MiB over hello-world", number];

export interface PairResult {
  readonly scenario: string;
  readonly size: number;
  readonly medians: Medians;
  /** Medians of imp's part by the other's, of each round: work of processors, and time. */
  readonly ratios: Readonly<Record<"processor" | "milliseconds", number>>;
  /** imp's work of processors by the hello-world's, and the other's. */
  readonly helloWorlds: number;
  readonly helloWorldsOfOther: number;
  readonly judgements: readonly Judgement[];
  readonly rounds: Rounds;
}

/** How the other executable is called in the results. */
export const other = "other";

export function nameOf({ work, remark }: Pair): string {
  return remark === undefined ? work.name : `${work.name}, ${remark}`;
}

export async function runPair(pair: Pair, bench: Bench, against: string): Promise<PairResult> {
  const sites: Site[] = [];
  try {
    const contenders: Contender[] = [];
    for (const [name, executable] of [
      [imp, bench.imp],
      [other, against],
    ] as const) {
      const site = await bench.startSite(pair.day);
      sites.push(site);
      const stage = layOut(site, pair.size, pair.style);
      if (pair.isFound) site.sh(`cp '${stage.all}' imp.toml`);
      contenders.push(contender(name, executable, pair.work, site, stage));
      if (name === imp) contenders.push({ name: floor, run: () => site.time([bench.hello]) });
    }
    // The shorter a work is, the noisier.
    const rounds = measure(contenders, pair.size <= 100 ? 3 * bench.rounds : bench.rounds);
    const medians = mediansOf(rounds);
    return {
      scenario: nameOf(pair),
      size: pair.size,
      medians,
      ratios: {
        processor: ratio(rounds, imp, other, "processor"),
        milliseconds: ratio(rounds, imp, other, "milliseconds"),
      },
      helloWorlds: ratio(rounds, imp, floor, "processor"),
      helloWorldsOfOther: ratio(rounds, other, floor, "processor"),
      judgements: pair.goals.map((goal) => judge(goal, rounds, medians)),
      rounds,
    };
  } finally {
    for (const site of sites) await site.stop();
  }
}

function judge([kind, most]: PairGoal, rounds: Rounds, medians: Medians): Judgement {
  const goal = `${most} ${kind}`;
  switch (kind) {
    case "× the other":
      return atMost(goal, ratio(rounds, imp, other, "processor"), most, "×");
    case "× hello-world":
      return atMost(goal, ratio(rounds, imp, floor, "processor"), most, "×");
    case "MiB over hello-world":
      return atMost(goal, (medians[imp]?.mebibytes ?? 0) - (medians[floor]?.mebibytes ?? 0), most, "MiB");
  }
}

/** Round by round, so that a machine that slows down in between slows both. */
function ratio(rounds: Rounds, name: string, by: string, unit: keyof Usage): number {
  const divisors = rounds[by] ?? [];
  return median(
    (rounds[name] ?? []).map((usage, round) => usage[unit] / (divisors[round]?.[unit] ?? Number.NaN)),
  );
}
