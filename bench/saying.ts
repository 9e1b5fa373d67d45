import { floor, imp, rivalsOf, type Scenario } from "./bench.ts";
import { atMost, time } from "./result.ts";
import { type Contender, measure } from "./rounds.ts";
import type { Site } from "./site.ts";
import { layOut } from "./stage.ts";

const mostOverFloor = 1.6;

/** Commands that only say something, with few and with many generations kept. */
export function saying(generations: number): Scenario {
  const name = `${generations} generations kept`;
  return {
    name,
    size: null,
    async run(bench) {
      const sites: Site[] = [];
      try {
        const contenders: Contender[] = [];
        for (const [rival, executable] of rivalsOf(bench)) {
          const site = await bench.startSite();
          sites.push(site);
          const stage = layOut(site, 2);
          stage.reset();
          const apply = `'${executable}' apply --config '${stage.all}' >/dev/null`;
          site.sh(`for n in $(seq ${generations}); do ${apply}; done`);
          for (const word of sayings) {
            contenders.push({ name: `${rival} ${word}`, run: () => site.time([executable, word]) });
          }
          if (rival === imp) contenders.push({ name: floor, run: () => site.time([bench.hello]) });
        }
        // These are the shortest, and so the noisiest.
        const medians = measure(contenders, 3 * bench.rounds);
        const limit = mostOverFloor * time(medians, floor);
        const judgements = sayings.map((word) =>
          atMost(`${word}: ${mostOverFloor} × hello-world`, time(medians, `${imp} ${word}`), limit, "ms"),
        );
        return { scenario: name, size: null, medians, judgements };
      } finally {
        for (const site of sites) await site.stop();
      }
    },
  };
}

const sayings = ["--version", "--help", "current", "list"];
