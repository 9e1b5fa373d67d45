import { configurationText } from "../machine/configuration.ts";
import type { Machine, Result } from "../machine/machine.ts";
import { decoyLines, liveLines, startArena, user } from "./arena.ts";
import { type Attacker, startAttacker } from "./attack.ts";
import type { Order } from "./attacker.ts";
import { Counts, type Outcome, outcomeOf, type PlannedStep } from "./counts.ts";
import { differences, leftEntries } from "./judge.ts";
import type { Scenario } from "./scenario.ts";

type Side = "forth" | "back";

const config = "/persist/imp.toml";
const state = "/persist/imp";
const journal = `${state}/journal.json`;
const globals = ["--json", "--config", config, "--state-dir", state];

/** How often the attacker waits until the command is past its planning. */
const shareOfPatient = 0.7;

/** Milliseconds to wait for the first exchange of names, beyond the time of the campaign. */
const mostPatience = 20_000;

/**
 * Runs the commands of a scenario under attack, again and again, and throws if what imp promises is broken: the decoys
 * are as they were, and the system is as before the command (exit code 1) or as the command wants it (exit code 0).
 */
export async function runCampaign(
  scenario: Scenario,
  entries: number,
  milliseconds: number,
): Promise<Counts> {
  const counts = new Counts(scenario.name);
  const end = performance.now() + milliseconds;
  // On a busy machine a command can be over before the attack on it begins: that does not count as one.
  const isOver = () => performance.now() >= (counts.swaps > 0 ? end : end + mostPatience);
  do {
    await using battle = await Battle.begin(scenario, entries);
    while (await battle.round(counts)) if (isOver()) break;
  } while (!isOver());
  return counts;
}

/** What a command from one side to the other does when nobody attacks. */
interface Undisturbed {
  readonly before: string;
  readonly after: string;
  readonly steps: readonly PlannedStep[];
}

/** A machine on which a scenario is played. */
class Battle implements AsyncDisposable {
  readonly #scenario: Scenario;
  readonly #entries: number;
  readonly #machine: Machine & AsyncDisposable;
  readonly #attacker: Attacker;
  #undisturbed: Readonly<Record<Side, Undisturbed>> | null = null;
  #untouched = "";
  #side: Side = "back";

  private constructor(
    scenario: Scenario,
    entries: number,
    machine: Machine & AsyncDisposable,
    attacker: Attacker,
  ) {
    this.#scenario = scenario;
    this.#entries = entries;
    this.#machine = machine;
    this.#attacker = attacker;
  }

  static async begin(scenario: Scenario, entries: number): Promise<Battle> {
    const machine = await startArena();
    await scenario.prepare(machine, entries);
    const attacker = await startAttacker(machine, scenario.attacker ?? user);
    const battle = new Battle(scenario, entries, machine, attacker);
    await battle.#rehearse();
    return battle;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#attacker.end();
    await this.#machine[Symbol.asyncDispose]();
  }

  /** Goes forth and back once without an attack, and notes what that comes to. */
  async #rehearse(): Promise<void> {
    this.#untouched = await this.#untouchable();
    await this.#write("back");
    await this.#imp("apply");
    await this.#write("forth");
    const start = await liveLines(this.#machine);
    const forth = await this.#undisturbedStep(start, "apply");
    const back = await this.#undisturbedStep(forth.after, "switch", "1");
    this.#scenario.reset?.(this.#machine, this.#entries);
    const again = await liveLines(this.#machine);
    if (again !== start) throw this.#broken("there is no way back", start, again);
    this.#undisturbed = { forth, back };
  }

  async #undisturbedStep(before: string, ...words: string[]): Promise<Undisturbed> {
    const { exitCode, steps, messages } = outcomeOf(await this.#imp(...words));
    if (exitCode !== 0) throw new Error(`${this.#scenario.name}: ${messages.join("\n")}`);
    return { before, after: await liveLines(this.#machine), steps };
  }

  /** One command under attack. Returns false if another one makes no sense on this machine. */
  async round(counts: Counts): Promise<boolean> {
    const goal: Side = this.#side === "back" ? "forth" : "back";
    const words = goal === "forth" ? ["apply"] : ["switch", "1"];
    const { result, tally } = await this.#attacker.during(this.#order(), () => this.#imp(...words));
    const outcome = outcomeOf(result);
    const untouched = await this.#untouchable();
    if (untouched !== this.#untouched) {
      throw this.#broken(`changed by ${words[0]}: ${outcome.messages[0]}`, this.#untouched, untouched);
    }
    counts.rounds += 1;
    counts.swaps += tally.swaps;
    counts.milliseconds += tally.milliseconds;
    const undisturbed = this.#undisturbed?.[goal];
    if (undisturbed === undefined) return false;
    counts.count(undisturbed.steps, outcome);
    if (outcome.exitCode === 0) return this.#judgeSuccess(counts, goal, outcome, undisturbed);
    if (outcome.exitCode === 1) return this.#judgeRefusal(counts, outcome, undisturbed);
    throw new Error(`${this.#scenario.name}: exit code ${outcome.exitCode}: ${outcome.messages.join("\n")}`);
  }

  async #judgeSuccess(
    counts: Counts,
    goal: Side,
    { messages }: Outcome,
    { before, after }: Undisturbed,
  ): Promise<boolean> {
    counts.done += 1;
    this.#side = goal;
    const now = await liveLines(this.#machine);
    const left = leftEntries(before, after, now);
    if (left === null && this.#scenario.carriesAway === true) return false;
    if (left === null) throw this.#broken(`not whole after ${goal}: ${messages.join("\n")}`, after, now);
    counts.left += left;
    if (goal === "back" && left === 0) this.#scenario.reset?.(this.#machine, this.#entries);
    return left === 0;
  }

  async #judgeRefusal(counts: Counts, { messages }: Outcome, { before }: Undisturbed): Promise<boolean> {
    const isUndone = messages[0]?.startsWith("Failed to") ?? false;
    if (isUndone) counts.undone += 1;
    else counts.refused += 1;
    let now = await liveLines(this.#machine);
    if (now !== before && messages.some((message) => message.startsWith("could not undo a step"))) {
      counts.settled += 1;
      await this.#imp("restore");
      now = await liveLines(this.#machine);
    }
    if (now !== before && this.#scenario.carriesAway === true) return false;
    if (now !== before) throw this.#broken(`not undone: ${messages.join("\n")}`, before, now);
    return true;
  }

  #order(): Order {
    const window = Math.min(this.#entries, pick(1, 4, 16, this.#entries, this.#entries));
    const order = { ...this.#scenario.attack(this.#entries), window, hold: pick(0, 0, 1, 5, 20) };
    // Everybody may look into the state: the journal stands there while steps are carried out, which is when it counts.
    return Math.random() < shareOfPatient ? { ...order, after: journal } : order;
  }

  #imp(...words: string[]): Promise<Result> {
    return this.#machine.imp(...words, ...globals);
  }

  async #write(side: Side): Promise<void> {
    await this.#machine.write(config, configurationText(this.#scenario[side](this.#entries)));
  }

  async #untouchable(): Promise<string> {
    const kept = await this.#scenario.keeps?.(this.#machine);
    return `${await decoyLines(this.#machine)}\n${kept ?? ""}`;
  }

  #broken(what: string, wanted: string, found: string): Error {
    return new Error(`${this.#scenario.name}: ${what}\n${differences(wanted, found)}`);
  }
}

function pick<T>(...choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(Math.random() * choices.length)] ?? choices[0];
}
