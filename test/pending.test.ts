import { expect } from "bun:test";
import { existsSync } from "node:fs";
import { configurationText } from "./machine/configuration.ts";
import { type Machine, startMachine } from "./machine/machine.ts";
import { afterAll, beforeAll, describe, test } from "./machine/on-machine.ts";
import { snapshot } from "./machine/snapshot.ts";
import { stopInTheMiddle } from "./machine/stop-in-the-middle.ts";

/** A command was killed in the middle of its steps: what others say then, and who settles it. */

const state = "/persist/imp";
const store = "/persist/store";
const few = "/persist/few.toml";
const many = "/persist/many.toml";
const none = "/persist/none.toml";
const pending =
  /^warning: an `imp apply`, begun \S+Z, is at work or was killed\n {2}help: .*`sudo imp restore`$/m;

let machine: Machine & AsyncDisposable;

const imp = (...words: string[]) => machine.imp(...words, "--state-dir", state, "--config", few);
const hasJournal = () => existsSync(machine.outside(`${state}/journal.json`));

const directories = (count: number) => Array.from({ length: count }, (_, entry) => `/srv/${entry}`);

async function start(): Promise<void> {
  machine = await startMachine();
  for (const [path, count] of [
    [none, 0],
    [few, 2],
    [many, 400],
  ] as const) {
    const persistence = { [store]: { directories: directories(count) } };
    await machine.write(path, configurationText({ create_sources: true, persistence }));
  }
  await machine.sh(`mkdir ${store}`);
}

/** Kills an apply of many entries. */
async function killInTheMiddle(again: () => Promise<unknown>): Promise<void> {
  const words = ["apply", "--config", many, "--state-dir", state];
  await (await stopInTheMiddle(machine, state, words, again)).kill();
  expect(hasJournal()).toBe(true);
}

describe("after a command was killed", () => {
  beforeAll(async () => {
    await start();
    expect((await imp("apply")).exitCode).toBe(0);
    expect((await imp("apply")).exitCode).toBe(0);
    await killInTheMiddle(() => imp("switch", "2"));
  });
  afterAll(() => machine.stop());

  test.each([
    "list",
    "show 1",
    "current",
    "verify",
    "diff",
    "diff 1",
    "diff 1 2",
    "apply --dry-run",
    "switch 1 --dry-run",
    "rollback --dry-run",
    "restore --dry-run",
  ])("imp %s says so, answers all the same, and changes nothing", async (line) => {
    const before = await snapshot(machine);
    const { exitCode, stdout, stderr } = await imp(...line.split(" "));
    // What the killed command left is drift, if it came so far.
    if (line !== "verify") expect(exitCode).toBe(0);
    expect(stdout).not.toBe("");
    expect(stderr).toMatch(pending);

    const json = await imp(...line.split(" "), "--json");
    expect(json.stderr).toBe("");
    expect(JSON.parse(json.stdout).warnings).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining("is at work or was killed") }),
    );
    expect(await snapshot(machine)).toBe(before);
  });

  test("what can't be answered says so too", async () => {
    expect((await imp("show", "9")).stderr).toMatch(pending);
    expect((await imp("diff", "9")).stderr).toMatch(pending);
  });

  test.each(["apply", "apply --if-changed", "switch 1", "rollback", "restore", "delete 1 --force"])(
    "imp %s settles that first, and says so",
    async (line) => {
      if (!hasJournal()) await killInTheMiddle(() => imp("apply"));
      const { exitCode, stderr } = await imp(...line.split(" "));
      expect(exitCode).toBe(0);
      expect(stderr).toMatch(
        /^warning: an `imp apply` was killed at its work \(begun \S+Z\); it is undone now$/m,
      );
      expect(hasJournal()).toBe(false);
      expect(await imp("verify")).toMatchObject({ exitCode: 0, stderr: "" });
      expect((await machine.mountInfo()).match(/ \/srv\/\d+ /g)).toEqual([" /srv/0 ", " /srv/1 "]);
    },
  );
});

describe("after the very first command was killed", () => {
  beforeAll(async () => {
    await start();
    await killInTheMiddle(() =>
      machine.sh(`/imp/imp apply --config ${none} --state-dir ${state}; rm -r ${state}`),
    );
  });
  afterAll(() => machine.stop());

  test.each(["list", "current", "verify", "diff"])("imp %s says so", async (line) => {
    expect((await imp(line)).stderr).toMatch(pending);
  });

  test("the next one settles that, and nothing of the first one is left", async () => {
    const { exitCode, stderr } = await imp("apply");
    expect(exitCode).toBe(0);
    expect(stderr).toContain("it is undone now");
    expect(await machine.sh("ls /srv")).toBe("0\n1\n");
    expect(await imp("verify")).toMatchObject({ exitCode: 0, stderr: "" });
  });
});
