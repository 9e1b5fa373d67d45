import { applyAll, type Bench, floor, imp, rivalsOf, type Scenario } from "./bench.ts";
import { atMost, type Judgement, type Result, time } from "./result.ts";
import { type Contender, type Medians, measure } from "./rounds.ts";
import { saying } from "./saying.ts";
import type { Site } from "./site.ts";
import { layOut, type Stage } from "./stage.ts";
import { writing } from "./writing.ts";

/** A command of imp and of its rival, each on a site of its own in the same state. */
interface Changing {
  readonly name: string;
  readonly size: number;
  /** Brings a new stage into the state that all rounds start from. */
  readonly begin?: (run: RunImp, stage: Stage) => void;
  /** Brings it back there before each round. */
  readonly prepare?: (run: RunImp, stage: Stage) => void;
  readonly words: (stage: Stage, round: number) => readonly string[];
  /** Others that are measured beside, on the first site. */
  readonly beside?: (bench: Bench, site: Site, stage: Stage) => readonly Contender[];
  readonly judge: (medians: Medians) => readonly Judgement[];
}

type RunImp = (...words: readonly string[]) => void;

function scenario(given: Changing): Scenario {
  return { name: given.name, size: given.size, run: (bench) => runScenario(given, bench) };
}

async function runScenario(given: Changing, bench: Bench): Promise<Result> {
  const sites: Site[] = [];
  try {
    const contenders: Contender[] = [];
    for (const [name, executable] of rivalsOf(bench)) {
      const site = await bench.startSite();
      sites.push(site);
      const stage = layOut(site, given.size);
      const run: RunImp = (...words) => void site.output([executable, ...words]);
      stage.reset();
      given.begin?.(run, stage);
      contenders.push({
        name,
        prepare: () => given.prepare?.(run, stage),
        run: (round) => site.time([executable, ...given.words(stage, round)]),
      });
      if (name === imp) {
        contenders.push({ name: floor, run: () => site.time([bench.hello]) });
        contenders.push(...(given.beside?.(bench, site, stage) ?? []));
      }
    }
    const medians = measure(contenders, bench.rounds);
    return { scenario: given.name, size: given.size, medians, judgements: given.judge(medians) };
  } finally {
    for (const site of sites) await site.stop();
  }
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
const largeSize = 5000;

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

function firstApply(size: number): Scenario {
  const few = size <= 100;
  return scenario({
    name: "first apply",
    size,
    prepare: (_run, stage) => stage.reset(),
    words: applyAll,
    beside: ({ reference }, site, stage) => [
      {
        name: mountReference,
        prepare: () => stage.reset(),
        run: () => site.time([reference, "mount", stage.list]),
      },
      // It reads the table anew for each mount: 10 s for 5,000 of them.
      ...(size > 1000
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

const looks = ({ reference }: Bench, site: Site, stage: Stage): Contender[] => [
  { name: lookReference, run: () => site.time([reference, "look", stage.list]) },
];

function unchangedApply(size: number): Scenario {
  return scenario({
    name: "apply, nothing changed",
    size,
    begin: (run, stage) => run(...applyAll(stage)),
    words: applyAll,
    beside: looks,
    judge: judged(size, withinReference(lookReference, 3)),
  });
}

function verify(size: number): Scenario {
  return scenario({
    name: "verify",
    size,
    begin: (run, stage) => run(...applyAll(stage)),
    words: () => ["verify"],
    beside: looks,
    judge: judged(size, withinReference(lookReference, 3)),
  });
}

/** The last directory goes and comes in turn. */
function changedApply(size: number): Scenario {
  return scenario({
    name: "apply, one entry changed",
    size,
    begin: (run, stage) => run(...applyAll(stage)),
    words: (stage, round) => ["apply", "--config", round % 2 === 0 ? stage.allButOne : stage.all],
    beside: looks,
    judge: judged(size, withinReference(lookReference, 3)),
  });
}

function switchOne(size: number): Scenario {
  return scenario({
    name: "switch of one entry",
    size,
    begin: (run, stage) => {
      run("apply", "--config", stage.allButOne);
      run(...applyAll(stage));
    },
    words: (_stage, round) => ["switch", round % 2 === 0 ? "1" : "2"],
    beside: looks,
    judge: judged(size, withinReference(lookReference, 3)),
  });
}

function removeAll(size: number): Scenario {
  return scenario({
    name: "removing all",
    size,
    begin: (run, stage) => run("apply", "--config", stage.none),
    prepare: (run, stage) => run(...applyAll(stage)),
    words: (stage) => ["apply", "--config", stage.none],
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
          const site = await bench.startSite();
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
        const medians = measure(contenders, bench.rounds);
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

export const scenarios: readonly Scenario[] = [
  saying(2),
  saying(1000),
  ...[100, 1000, 5000].map(firstApply),
  growth("first apply", 1000, applyAll, true),
  growth("first apply", 10_000, applyAll, true),
  ...[1000, 5000].map(unchangedApply),
  ...[1000, 5000].map(changedApply),
  ...[1000, 5000].map(switchOne),
  ...[1000, 5000].map(verify),
  growth("verify", 5000, () => ["verify"], false),
  ...[1000, 5000].map(removeAll),
  writing(1000),
];
