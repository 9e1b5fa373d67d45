import { configurationText } from "../machine/configuration.ts";
import type { Machine, Result } from "../machine/machine.ts";
import { decoyLines, liveLines, startArena } from "./arena.ts";
import { type Attacker, startAttacker } from "./attack.ts";
import type { Order } from "./attacker.ts";
import type { Scenario } from "./scenario.ts";

/** What became of a scenario's rounds. */
export interface Counts {
  readonly name: string;
  rounds: number;
  done: number;
  refusedInTime: number;
  undone: number;
  settledLater: number;
  steps: number;
  swaps: number;
  milliseconds: number;
  readonly failures: string[];
  readonly messages: Map<string, number>;
}

const config = "/persist/imp.toml";
const globals = ["--config", config, "--state-dir", "/persist/imp"];

export async function campaign(
  scenario: Scenario,
  count: number,
  until: (counts: Counts) => boolean,
): Promise<Counts> {
  const counts: Counts = {
    name: scenario.name,
    rounds: 0,
    done: 0,
    refusedInTime: 0,
    undone: 0,
    settledLater: 0,
    steps: 0,
    swaps: 0,
    milliseconds: 0,
    failures: [],
    messages: new Map(),
  };
  await using machine = await startArena();
  scenario.prepare(machine, count);
  const imp = (...words: string[]) => machine.imp(...words, ...globals);
  const write = (side: "forth" | "back") => machine.write(config, configurationText(scenario[side](count)));
  const expectOk = async (result: Result) => {
    if (result.exitCode !== 0) throw new Error(`${scenario.name}: ${result.stderr}`);
  };
  const decoy = await decoyLines(machine);
  await write("back");
  await expectOk(await imp("apply"));
  const atBack = await liveLines(machine);
  await write("forth");
  await expectOk(await imp("apply"));
  const atForth = await liveLines(machine);
  await expectOk(await imp("switch", "1"));
  scenario.reset?.(machine, count);
  if ((await liveLines(machine)) !== atBack)
    throw new Error(`${scenario.name}: no way back\n${diff(atBack, await liveLines(machine))}`);
  let side: "forth" | "back" = "back";
  const attacker = await startAttacker(machine);
  while (!until(counts)) {
    const order = orderOf(scenario, count);
    const goal = side === "back" ? "forth" : "back";
    const words = goal === "forth" ? ["apply"] : ["switch", "1"];
    const { result, tally } = await attacker.during(order, () => imp(...words));
    counts.rounds += 1;
    counts.swaps += tally.swaps;
    counts.milliseconds += tally.milliseconds;
    if ((await decoyLines(machine)) !== decoy) {
      counts.failures.push(`the decoy changed:\n${diff(decoy, await decoyLines(machine))}\n${result.stderr}`);
      return counts;
    }
    const [start, end] = goal === "forth" ? [atBack, atForth] : [atForth, atBack];
    const wanted = result.exitCode === 0 ? end : start;
    if (result.exitCode === 0) {
      side = goal;
      counts.done += 1;
      counts.steps += count;
    } else {
      const at = /(?:Failed|could not)[^\n]*\/p(\d+)\//.exec(result.stderr)?.[1];
      if (at === undefined) counts.refusedInTime += 1;
      else {
        counts.undone += 1;
        counts.steps += Number(at) + 1;
      }
    }
    if (result.exitCode !== 0) {
      const m = result.stderr
        .split("\n")[0]!
        .replaceAll(/p\d+/g, "pN")
        .replace(/\.backup\.\d+_\d+|imp-\w+-\d+/g, "TIME");
      counts.messages.set(m, (counts.messages.get(m) ?? 0) + 1);
    }
    if (goal === "back") scenario.reset?.(machine, count);
    const now = await liveLines(machine);
    if (now !== wanted) {
      counts.failures.push(
        `exit ${result.exitCode} going ${goal} ${JSON.stringify({ ...order, pairs: 0 })} stuck ${tally.stuck}:\n${result.stdout}${result.stderr}\n${diff(wanted, now)}`,
      );
      return counts;
    }
  }
  await attacker.end();
  return counts;
}

function orderOf(scenario: Scenario, count: number): Order {
  const pick = <T>(...choices: T[]) => choices[Math.floor(Math.random() * choices.length)]!;
  return {
    pairs: scenario.pairs(count),
    window: Math.min(count, pick(1, 4, 16, 64, count)),
    hold: pick(0, 0, 1, 5, 20),
  };
}

export function diff(before: string, after: string): string {
  const [left, right] = [new Set(before.split("\n")), new Set(after.split("\n"))];
  return [
    ...[...left].filter((line) => !right.has(line)).map((line) => `- ${line}`),
    ...[...right].filter((line) => !left.has(line)).map((line) => `+ ${line}`),
  ]
    .slice(0, 30)
    .join("\n");
}
