import { type Bench, floor, imp, type Scenario } from "./bench.ts";
import { atMost, type Judgement, time } from "./result.ts";
import { type Contender, type Medians, measure, mediansOf } from "./rounds.ts";
import { saying } from "./saying.ts";
import type { Site } from "./site.ts";
import { layOut, type Stage } from "./stage.ts";
import {
  applyAll,
  changedApply,
  contender,
  firstApply,
  removeAll,
  switchOne,
  unchangedApply,
  verify,
  type Work,
} from "./work.ts";
import { writing } from "./writing.ts";

/** One of imp's works at one size, beside what the goals compare it with. */
interface Goal {
  readonly work: Work;
  readonly size: number;
  /** Others that are measured beside, on the same site. */
  readonly beside: (bench: Bench, site: Site, stage: Stage) => readonly Contender[];
  readonly judge: (medians: Medians) => readonly Judgement[];
}

function scenario({ work, size, beside, judge }: Goal): Scenario {
  return {
    name: work.name,
    size,
    async run(bench) {
      const site = await bench.startSite(null);
      try {
        const stage = layOut(site, size);
        const contenders: Contender[] = [
          contender(imp, bench.imp, work, site, stage),
          { name: floor, run: () => site.time([bench.hello]) },
          ...beside(bench, site, stage),
        ];
        const medians = mediansOf(measure(contenders, bench.rounds));
        return { scenario: work.name, size, medians, judgements: judge(medians) };
      } finally {
        await site.stop();
      }
    },
  };
}

/** `floor + factor × the reference + extra`, all in milliseconds. */
function withinReference(name: string, factor: number, extra = 0): (medians: Medians) => Judgement[] {
  return (medians) => {
    const limit = time(medians, floor) + factor * time(medians, name) + extra;
    const words = [
      `hello-world`,
      ...(factor === 0 ? [] : [`${factor} × ${name}`]),
      ...(extra === 0 ? [] : [`${extra} ms`]),
    ];
    return [atMost(words.join(" + "), time(medians, imp), limit, "ms")];
  };
}

/** MiB on top of the hello-world. */
const memoryAllowance = 25;
const largeSize = 7500;

function memory(medians: Medians): Judgement[] {
  const [own, least] = [medians[imp]?.mebibytes ?? 0, medians[floor]?.mebibytes ?? 0];
  return [atMost(`hello-world + ${memoryAllowance} MiB`, own, least + memoryAllowance, "MiB")];
}

/** Judges the time, and at the size that the goal names, the memory too. */
function judged(size: number, judge: (medians: Medians) => Judgement[]): (medians: Medians) => Judgement[] {
  return (medians) => [...judge(medians), ...(size === largeSize ? memory(medians) : [])];
}

const mountReference = "C mount(2)";
const lookReference = "C statx(2)";
const unmountReference = "C umount2(2)";
const mountAll = "mount -a";

function applyFirst(size: number): Scenario {
  const few = size <= 150;
  return scenario({
    work: firstApply,
    size,
    beside: ({ reference }, site, stage) => [
      {
        name: mountReference,
        prepare: () => stage.reset(),
        run: () => site.time([reference, "mount", stage.list]),
      },
      // It reads the table anew for each mount: 10 s for 5,000 of them.
      ...(size > 1500
        ? []
        : [
            {
              name: mountAll,
              prepare: () => stage.reset(),
              run: () => site.time(["/usr/bin/mount", "-a", "-T", stage.fstab]),
            },
          ]),
    ],
    judge: judged(size, few ? withinReference(mountReference, 0, 5) : withinReference(mountReference, 1)),
  });
}

/** What stays as it is has to be looked at, and nothing else. */
function look(work: Work, size: number): Scenario {
  return scenario({
    work,
    size,
    beside: ({ reference }, site, stage) => [
      { name: lookReference, run: () => site.time([reference, "look", stage.list]) },
    ],
    judge: judged(size, withinReference(lookReference, 3)),
  });
}

function remove(size: number): Scenario {
  return scenario({
    work: removeAll,
    size,
    beside: ({ reference, imp: executable }, site, stage) => [
      {
        name: unmountReference,
        // Not what imp knows of: its own next apply finds it gone, and mounts again.
        prepare: () => void site.output([executable, ...applyAll(stage)]),
        run: () => site.time([reference, "unmount", stage.list]),
      },
    ],
    judge: judged(size, withinReference(unmountReference, 1.5)),
  });
}

/** Time at twice the size over time at the size. */
const mostGrowth = 2.3;

function growth(
  name: string,
  size: number,
  words: (stage: Stage) => readonly string[],
  isFirst: boolean,
): Scenario {
  return {
    name: `growth of ${name}`,
    size,
    async run(bench) {
      const sites: Site[] = [];
      try {
        const contenders: Contender[] = [];
        for (const own of [size, 2 * size]) {
          const site = await bench.startSite(null);
          sites.push(site);
          const stage = layOut(site, own);
          stage.reset();
          if (!isFirst) site.output([bench.imp, ...applyAll(stage)]);
          contenders.push({
            name: `imp, ${own}`,
            prepare: () => (isFirst ? stage.reset() : undefined),
            run: () => site.time([bench.imp, ...words(stage)]),
          });
        }
        const medians = mediansOf(measure(contenders, bench.rounds));
        const ratio = time(medians, `imp, ${2 * size}`) / time(medians, `imp, ${size}`);
        return {
          scenario: `growth of ${name}`,
          size,
          medians,
          judgements: [atMost(`twice the entries, ${mostGrowth} × the time`, ratio, mostGrowth, "×")],
        };
      } finally {
        for (const site of sites) await site.stop();
      }
    },
  };
}

/** The goals that are set by the kernel and the runtime alone. `pairs.ts` has those set by another executable. */
export const scenarios: readonly Scenario[] = [
  saying(2),
  saying(1000),
  ...[150, 1500, largeSize].map(applyFirst),
  growth("first apply", 1500, applyAll, true),
  growth("first apply", 15_000, applyAll, true),
  ...[unchangedApply, changedApply, switchOne, verify].flatMap((work) => [
    look(work, 1500),
    look(work, largeSize),
  ]),
  growth("verify", largeSize, () => ["verify"], false),
  ...[1500, largeSize].map(remove),
  writing(1500),
];
