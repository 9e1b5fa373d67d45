import { floor, imp, type Scenario } from "./bench.ts";
import { atMost, time } from "./result.ts";
import { type Contender, measure, mediansOf } from "./rounds.ts";
import { layOut } from "./stage.ts";

const mostOverFloor = 1.6;

/** Commands that only say something, with few and with many generations kept. */
export function saying(generations: number): Scenario {
  const name = `${generations} generations kept`;
  return {
    name,
    size: null,
    async run(bench) {
      const site = await bench.startSite(null);
      try {
        const stage = layOut(site, 3);
        stage.reset();
        const apply = `'${bench.imp}' apply --config '${stage.all}' >/dev/null`;
        site.sh(`for n in $(seq ${generations}); do ${apply}; done`);
        const contenders: Contender[] = [
          ...sayings.map((word) => ({ name: `${imp} ${word}`, run: () => site.time([bench.imp, word]) })),
          { name: floor, run: () => site.time([bench.hello]) },
        ];
        // These are the shortest, and so the noisiest.
        const medians = mediansOf(measure(contenders, 3 * bench.rounds));
        const limit = mostOverFloor * time(medians, floor);
        const judgements = sayings.map((word) =>
          atMost(`${word}: ${mostOverFloor} × hello-world`, time(medians, `${imp} ${word}`), limit, "ms"),
        );
        return { scenario: name, size: null, medians, judgements };
      } finally {
        await site.stop();
      }
    },
  };
}

const sayings = ["--version", "--help", "current", "list"];
