import type { Scenario } from "./bench.ts";
import { atMost, time } from "./result.ts";
import { type Contender, measure, mediansOf } from "./rounds.ts";
import type { Usage } from "./site.ts";
import { layOut } from "./stage.ts";
import { applyAll } from "./work.ts";

/** How long a writer is watched, in milliseconds, and how much later its slow writes may be, in microseconds. */
const watched = 2000;
const mostDelay = 100;

/** A process that writes in a persisted directory, alone and while half of all other entries come and go. */
export function writing(size: number): Scenario {
  const name = "writing in a persisted directory";
  return {
    name,
    size,
    async run(bench) {
      const site = await bench.startSite(null);
      try {
        const stage = layOut(site, size);
        stage.reset();
        site.output([bench.imp, "apply", "--config", stage.half]);
        site.output([bench.imp, ...applyAll(stage)]);
        const write = () =>
          latency(site.output([bench.reference, "write", `${stage.firstTarget}/file`, String(watched)]));
        const contenders: Contender[] = [
          { name: "alone", run: write },
          {
            name: "beside switches",
            run() {
              const script = `while :; do '${bench.imp}' switch 1; '${bench.imp}' switch 2; done`;
              const switching = site.start(["sh", "-c", script]);
              try {
                return write();
              } finally {
                switching.kill("SIGTERM");
              }
            },
            prepare: () => site.sh(`'${bench.imp}' --wait 60 switch 2`),
          },
          {
            name: "beside a busy process",
            run() {
              const busy = site.start(["sh", "-c", "while :; do /bin/true; done"]);
              try {
                return write();
              } finally {
                busy.kill("SIGTERM");
              }
            },
          },
        ];
        const medians = mediansOf(measure(contenders, bench.rounds));
        const [limit, late] = [
          1000 * time(medians, "beside a busy process"),
          1000 * time(medians, "beside switches"),
        ];
        return {
          scenario: name,
          size,
          medians,
          judgements: [
            atMost(
              `the slowest of 100 writes: ${mostDelay} µs more than alone`,
              late,
              limit + mostDelay,
              "µs",
            ),
          ],
        };
      } finally {
        await site.stop();
      }
    },
  };
}

/** The 99th percentile as the time: what one write in a hundred takes. */
function latency(printed: string): Usage {
  const { p99 }: { readonly p99: number } = JSON.parse(printed);
  return { milliseconds: p99 / 1e6, processor: 0, mebibytes: 0 };
}
