import { expect } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { isRoot, type Machine, type Result, startMachine } from "./machine/machine.ts";
import { afterAll, beforeAll, describe, test } from "./machine/on-machine.ts";
import { stopInTheMiddle } from "./machine/stop-in-the-middle.ts";
import { lacks, need, program } from "./requirement.ts";

/** Many commands at once, and what those see that only look. */

const state = "/persist/imp";
const store = "/persist/store";
const globals = ["--state-dir", state, "--wait", "60"];
const lacksRoot = lacks(need(isRoot, "root: commands that mount, many at once"));

let machine: Machine & AsyncDisposable;

const configOf = (name: string) => `/persist/${name}.toml`;
const imp = (...words: string[]) => machine.imp(...words, ...globals);
const apply = (name: string) => imp("apply", "--config", configOf(name));
const names = (path: string) => readdirSync(machine.outside(path)).sort();

/** A configuration with entries that all share, and one of its own. */
async function configure(name: string, shared: number): Promise<void> {
  const entries = [
    ...Array.from({ length: shared }, (_, entry) => `/srv/shared/${entry}`),
    `/srv/own/${name}`,
  ];
  const list = entries.map((entry) => `"${entry}"`).join(", ");
  const text = `create_sources = true\n[persistence."${store}"]\ndirectories = [${list}]\n`;
  await machine.write(configOf(name), text);
}

async function start(): Promise<void> {
  machine = await startMachine();
  await machine.sh(`mkdir ${store}`);
}

interface Listed {
  readonly active: number | null;
  readonly generations: readonly { readonly number: number }[];
}

async function list(): Promise<Listed> {
  return JSON.parse(await machine.impOk("list", "--json", ...globals));
}

const numbersOf = ({ generations }: Listed) => generations.map(({ number }) => number);

/** Looks at the state again and again until `isDone`, and throws if it is ever not whole. Returns how often. */
async function look(isDone: () => boolean): Promise<number> {
  let looks = 0;
  for (let highest = 0; !isDone(); looks += 1) {
    const listed = await list();
    const numbers = numbersOf(listed);
    expect(numbers).toEqual([...new Set(numbers)].sort((left, right) => left - right));
    expect(numbers).toContain(listed.active ?? 0);
    // The newest one is never deleted here.
    expect(Math.max(...numbers)).toBeGreaterThanOrEqual(highest);
    highest = Math.max(...numbers);
    expect((await imp("current", "--json")).exitCode).toBe(0);
    const shown = await imp("show", String(listed.active), "--json");
    // It may have gone since, but whole.
    if (shown.exitCode === 0) expect(JSON.parse(shown.stdout).entries).toHaveLength(6);
    else expect(shown.stdout).toContain(`there is no generation ${listed.active}`);
  }
  return looks;
}

describe.skipIf(lacksRoot)("twenty commands at once", () => {
  beforeAll(start);
  afterAll(() => machine.stop());

  test("happen one after the other, each whole, with numbers of their own, under the eyes of others", async () => {
    const configs = Array.from({ length: 12 }, (_, config) => `config${config}`);
    for (const config of configs) await configure(config, 5);
    for (let generation = 1; generation <= 6; generation += 1) await apply("config0");

    const commands: Promise<Result>[] = [
      ...configs.map(apply),
      ...[2, 3, 2, 3].map((generation) => imp("switch", String(generation))),
      ...[1, 4, 5, 4].map((generation) => imp("delete", "--force", String(generation))),
    ];
    let isDone = false;
    const looking = look(() => isDone);
    const results = await Promise.all(commands);
    isDone = true;
    expect(await looking).toBeGreaterThan(0);

    const numbers = results
      .slice(0, 12)
      .map(({ stdout }) => Number(/^Generation (\d+) is active/m.exec(stdout)?.[1]))
      .sort((left, right) => left - right);
    expect(numbers).toEqual([7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]);
    expect(results.slice(12, 16).map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    const deletions = results.slice(16);
    expect(deletions.map(({ exitCode }) => exitCode).sort()).toEqual([0, 0, 0, 1]);
    expect(deletions.map(({ stderr }) => stderr).join("")).toContain("there is no generation 4");

    const left = [2, 3, 6, ...numbers];
    expect(numbersOf(await list())).toEqual(left);
    expect(names(state)).toEqual(["generations", "generations.json", "lock"]);
    expect(names(`${state}/generations`)).toEqual(left.map((number) => `${number}.json`).sort());
    expect((await imp("verify")).exitCode).toBe(0);
    // Nothing is mounted twice, and nothing of other generations is left.
    const mounts = (await machine.mountInfo()).match(/ \/srv\/\S+/g) ?? [];
    expect([mounts.length, new Set(mounts).size]).toEqual([6, 6]);
  }, 60_000);
});

describe.skipIf(lacksRoot)("a command that holds the lock", () => {
  beforeAll(async () => {
    await start();
    await configure("few", 2);
    await configure("many", 400);
    expect((await apply("few")).exitCode).toBe(0);
  });
  afterAll(() => machine.stop());

  const stopApply = () =>
    stopInTheMiddle(machine, state, ["apply", "--config", configOf("many"), ...globals], () =>
      machine.impOk("switch", "1", ...globals),
    );

  test("is named to those that can't wait, and keeps nobody from looking", async () => {
    const stopped = await stopApply();
    let exitCode: number;
    try {
      expect(readFileSync(machine.outside(`${state}/lock`), "utf8")).toStartWith(`${stopped.pid} `);
      const begin = performance.now();
      const commands = [["apply", "--config", configOf("few")], ["switch", "1"], ["restore"]];
      const results = await Promise.all(
        commands.map((words) => machine.imp(...words, "--state-dir", state, "--wait", "1")),
      );
      expect(performance.now() - begin).toBeGreaterThan(900);
      for (const { stderr, ...result } of results) {
        expect(result).toEqual({ exitCode: 1, stdout: "" });
        expect(stderr).toContain(`another imp is at work: pid ${stopped.pid} (imp apply)`);
        expect(stderr).toContain("--wait SECONDS");
      }
      expect(numbersOf(await list())).toEqual([1]);
      expect((await imp("current")).stdout).toStartWith("Current generation: 1\n");
      expect((await imp("list")).stderr).toContain("is at work or was killed");
    } finally {
      exitCode = await stopped.goOn();
    }
    expect(exitCode).toBe(0);
    expect((await list()).active).not.toBe(1);
    await machine.impOk("switch", "1", ...globals);
  }, 30_000);

  test("keeps nobody waiting once it is dead, and is undone by whoever comes next", async () => {
    const stopped = await stopApply();
    const next = apply("few");
    await Bun.sleep(200);
    await stopped.kill();
    const { exitCode, stderr } = await next;
    expect(exitCode).toBe(0);
    expect(stderr).toContain("was killed at its work");
    expect((await imp("verify")).exitCode).toBe(0);
    expect((await machine.mountInfo()).match(/ \/srv\//g)).toHaveLength(3);
    expect(names(state)).not.toContain("journal.json");
  }, 30_000);

  test.skipIf(lacks(program("flock")))(
    "need not be imp: it is waited for, and then the command goes on",
    async () => {
      const other = machine.start(["flock", `${state}/lock`, "sh", "-c", "echo locked; sleep 1"]);
      await other.stdout.getReader().read();
      const { exitCode, stderr } = await machine.imp("restore", "--state-dir", state, "--wait", "0");
      expect(exitCode).toBe(1);
      expect(stderr).toContain("another imp is at work\n");
      expect((await imp("restore")).exitCode).toBe(0);
      await other.exited;
    },
    30_000,
  );
});
