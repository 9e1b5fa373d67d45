import { expect } from "bun:test";
import { copyFileSync, existsSync } from "node:fs";
import { apply, store } from "./machine/configure.ts";
import { type Machine, type Result, startMachine } from "./machine/machine.ts";
import { afterAll, afterEach, beforeAll, describe, test } from "./machine/on-machine.ts";

/** Nothing in the current folder, in the home or in the environment makes imp run code that is not its own. */

/** A folder that anybody could lure root into. */
const lair = "/tmp/lair";
const canary = `${lair}/canary.js`;
/** What the canary writes when it runs. */
const song = `${lair}/song`;

const configurations = ["bunfig.toml", ".bunfig.toml", "tsconfig.json", "jsconfig.json", "package.json"];
const dotenvs = [".env", ".env.local", ".env.production", ".env.development", ".env.development.local"];

const commands = [["--version"], ["list"], ["verify"], ["apply", "--dry-run"]] as const;

let machine: Machine & AsyncDisposable;

beforeAll(async () => {
  machine = await startMachine();
  await machine.sh(`mkdir -p ${store}/srv/data ${lair}/node_modules/.bin; chmod 777 ${lair}`);
  await apply(machine, `directories = ["/srv/data"]`);
  await machine.write(canary, `require("node:fs").writeFileSync("${song}", "")`);
  const toml = `preload = ["${canary}"]\n[run]\npreload = ["${canary}"]\n`;
  const json = JSON.stringify({
    name: "imp",
    main: canary,
    imports: { "#*": canary },
    compilerOptions: { baseUrl: ".", paths: { "*": [canary] } },
  });
  for (const name of configurations) {
    await machine.write(`${lair}/${name}`, name.endsWith("toml") ? toml : json);
  }
  for (const name of dotenvs) {
    await machine.write(
      `${lair}/${name}`,
      `BUN_OPTIONS="--preload ${canary}"\nIMP_CONFIG=/nowhere/imp.toml\n`,
    );
  }
  for (const name of ["toml-eslint-parser", "bun", "node:fs"]) {
    const place = `${lair}/node_modules/${name}`;
    await machine.sh(`mkdir -p ${place}; cp ${canary} ${place}/index.js`);
  }
});

afterEach(() => machine.sh(`rm -f ${song}`));
afterAll(() => machine.stop());

const inLair = (words: readonly string[], environment: Record<string, string> = {}): Promise<Result> =>
  machine.run(words, { cwd: lair, environment: { HOME: lair, ...environment }, timeout: 20_000 });

/** Runs imp's commands there; each has to answer just as it does anywhere else. */
async function staysItself(environment: Record<string, string>): Promise<void> {
  for (const words of commands) {
    const elsewhere = await machine.run(["/imp/imp", ...words]);
    expect(elsewhere.exitCode).toBe(0);
    expect(await inLair(["/imp/imp", ...words], environment)).toEqual(elsewhere);
    expect(existsSync(machine.outside(song))).toBe(false);
  }
}

describe("imp runs no code but its own", () => {
  test("while the runtime that it is made of would: the canary sings", async () => {
    copyFileSync(process.execPath, machine.outside("/opt/bun"));
    await machine.sh("chmod 755 /opt/bun");
    for (const environment of [{}, { BUN_OPTIONS: `--preload ${canary}` }]) {
      const words = ["/opt/bun", "-e", "1"];
      const run = Object.keys(environment).length === 0 ? inLair(words) : machine.run(words, { environment });
      expect((await run).exitCode).toBe(0);
      expect(existsSync(machine.outside(song))).toBe(true);
      await machine.sh(`rm ${song}`);
    }
  });

  test("whatever lies in the current folder and in the home", async () => {
    await staysItself({ XDG_CONFIG_HOME: lair });
  });

  test.each([
    { BUN_OPTIONS: `--preload ${canary}` },
    { BUN_OPTIONS: `-e "require('${canary}')"` },
    { BUN_OPTIONS: `--config=${lair}/bunfig.toml` },
    { BUN_BE_BUN: "1" },
    { BUN_BE_BUN: "1", BUN_OPTIONS: `--preload ${canary}` },
    { BUN_INSPECT: "ws://127.0.0.1:0/imp?wait=1" },
    { BUN_INSPECT: `ws+unix://${lair}/inspector?break=1` },
    { BUN_INSPECT_CONNECT_TO: `unix://${lair}/inspector`, BUN_INSPECT_NOTIFY: `unix://${lair}/notify` },
    { BUN_INSPECT_PRELOAD: canary },
    { NODE_OPTIONS: `--require ${canary}`, NODE_PATH: `${lair}/node_modules` },
    { NODE_CHANNEL_FD: "0" },
    { BUN_CONFIG_FILE: `${lair}/bunfig.toml`, BUN_INSTALL: lair },
    { BUN_RUNTIME_TRANSPILER_CACHE_PATH: lair, BUN_TMPDIR: lair, TMPDIR: lair },
  ])("whatever the environment says: %j", async (environment) => {
    await staysItself(environment);
  });

  test("and writes no file that the environment asks the runtime for", async () => {
    const before = await machine.sh(`ls -A ${lair}`);
    await staysItself({
      BUN_BYTECODE_ORDER_OUT: `${lair}/order`,
      BUN_BYTECODE_ORDER_NAMES_OUT: `${lair}/names`,
      BUN_BYTECODE_DIGEST_OUT: `${lair}/digest`,
    });
    expect(await machine.sh(`ls -A ${lair}`)).toBe(before);
  });
});
