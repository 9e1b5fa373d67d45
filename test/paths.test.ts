import { expect, setDefaultTimeout } from "bun:test";
import type { ConfigurationText, EntryText } from "./machine/configuration.ts";
import { fingerprint } from "./machine/fingerprint.ts";
import { type Machine, startMachine } from "./machine/machine.ts";
import { mountTable } from "./machine/mount-table.ts";
import { afterAll, afterEach, beforeAll, describe, test } from "./machine/on-machine.ts";
import { type PersistedImp, persistedImp } from "./machine/persisted-imp.ts";
import { longestNames, strangeNames } from "./machine/strange-names.ts";

// On a busy machine the usual five seconds can be too few.
setDefaultTimeout(30_000);

let machine: Machine & AsyncDisposable;
let imp: PersistedImp;

beforeAll(async () => {
  machine = await startMachine();
  imp = persistedImp(machine);
});

afterAll(async () => {
  await machine[Symbol.asyncDispose]();
});

afterEach(async () => {
  await imp.apply({ persistence: {} });
  await machine.sh("rm -rf /srv /persist/*");
});

/** Runs a script with words as its arguments, which need no quoting so. */
async function shWith(words: readonly string[], script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await machine.run(["sh", "-euc", script, "sh", ...words]);
  if (exitCode !== 0) throw new Error(`${script}: ${stderr}`);
  return stdout;
}

const root = "/persist/system";
const otherRoot = '/persist/other \\040 "root"\n#é';

/** Makes sources in both roots, each holding the name of its root. Directories hold it in a file `name`. */
async function makeSources(directories: readonly string[], files: readonly string[]): Promise<void> {
  for (const [where, text] of [
    [root, "system"],
    [otherRoot, "other"],
  ] as const) {
    const sources = (targets: readonly string[]) => targets.map((target) => where + target);
    await shWith(sources(directories), `for path; do mkdir -p "$path"; echo ${text} > "$path/name"; done`);
    await shWith(sources(files), `for path; do mkdir -p "\${path%/*}"; echo ${text} > "$path"; done`);
  }
}

/** The content of everything, in the order of the arguments. */
async function contents(directories: readonly string[], files: readonly string[]): Promise<string[]> {
  const paths = [...directories.map((directory) => `${directory}/name`), ...files];
  return (await shWith(paths, 'cat "$@"')).trimEnd().split("\n");
}

interface Kinds {
  readonly directories: readonly string[];
  readonly linked: readonly string[];
  readonly bound: readonly string[];
}

function configuration(where: string, { directories, linked, bound }: Kinds): ConfigurationText {
  const files: EntryText[] = [...linked, ...bound.map((file) => ({ file, method: "bind" }))];
  return { persistence: { [where]: { directories, files } } };
}

/** Takes entries through apply, verify, switch, another source, a reboot and removal. */
async function expectWholeLife(kinds: Kinds): Promise<void> {
  const { directories } = kinds;
  const files = [...kinds.linked, ...kinds.bound];
  const expectContents = async (text: string) => {
    const found = await contents(directories, files);
    expect(found).toEqual([...directories, ...files].map(() => text));
    await imp.ok("verify");
  };
  await makeSources(directories, files);
  const first = await imp.apply(configuration(root, kinds));
  await expectContents("system");
  const table = await mountTable(machine);
  await imp.ok("restore");
  expect(await mountTable(machine)).toEqual(table);

  const second = await imp.apply(configuration(otherRoot, kinds));
  await expectContents("other");
  await imp.ok("switch", first);
  await expectContents("system");
  await machine.reboot();
  await imp.ok("restore");
  await expectContents("system");
  await imp.apply({ persistence: {} });
  expect((await machine.run(["test", "-e", "/srv"])).exitCode).toBe(1);
  expect(await mountTable(machine)).toHaveLength(table.length - directories.length - kinds.bound.length);
  await imp.ok("switch", second);
  await expectContents("other");
}

/** No control character but the end of a line, and none that turns the direction of writing. */
function expectPrintable(text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
}

const strange: Kinds = {
  directories: strangeNames.map((name) => `/srv/directories/${name}`),
  linked: strangeNames.map((name) => `/srv/linked/${name}`),
  bound: strangeNames.map((name) => `/srv/bound/${name}`),
};

describe("names that careless programs stumble over", () => {
  test("work as directories, linked files and bound files, through a whole life", async () => {
    await expectWholeLife(strange);
  });

  test("work as persistence roots, as parents, and as the state directory", async () => {
    const parents = strangeNames.map((name) => `/srv/${name}/${name}/kept`);
    await shWith(parents, `for path; do mkdir -p "/persist/$path$path"; done`);
    const persistence = Object.fromEntries(
      parents.map((path) => [`/persist${path}`, { directories: [path], files: [`${path}.file`] }]),
    );
    await imp.apply({ create_sources: true, persistence });
    await imp.ok("verify");
    await machine.reboot();
    await imp.ok("restore");
    await imp.ok("verify");

    const stateDirectories = strangeNames.slice(0, 8).map((name) => `/persist/states/${name}`);
    for (const directory of stateDirectories) {
      await imp.ok("apply", `--state-dir=${directory}`);
      expect(await imp.ok("current", `--state-dir=${directory}`)).toStartWith("Current generation: 1\n");
    }
  });

  test("are shown on one line each, without any control character", async () => {
    await makeSources(strange.directories, [...strange.linked, ...strange.bound]);
    const number = await imp.apply(configuration(root, strange));
    await shWith([...strange.directories, ...strange.bound], 'umount "$@"; rm -r /srv');
    await imp.configure(configuration(otherRoot, strange));
    for (const command of [
      ["show", number],
      ["show", number, "--verbose"],
      ["list"],
      ["current"],
      ["verify"],
      ["diff"],
      ["restore", "--dry-run"],
      ["apply", "--dry-run"],
      ["restore"],
    ]) {
      const { stdout, stderr } = await imp.run(...command);
      expectPrintable(stdout + stderr);
    }
    const shown = (await imp.ok("show", number)).split("\n").filter((line) => line.includes("/srv/"));
    expect(shown).toHaveLength(3 * strangeNames.length);
  });

  test("come out of JSON as they went in", async () => {
    await makeSources(strange.directories, [...strange.linked, ...strange.bound]);
    const number = await imp.apply(configuration(root, strange));
    const { entries } = JSON.parse(await imp.ok("show", number, "--json"));
    const targets = entries.map(({ target }: { target: string }) => target);
    expect(targets.sort()).toEqual([...strange.directories, ...strange.linked, ...strange.bound].sort());
  });

  test("are kept as backups, and put back", async () => {
    await makeSources(strange.directories, [...strange.linked, ...strange.bound]);
    await shWith(
      [...strange.linked, ...strange.bound],
      `for path; do mkdir -p "\${path%/*}"; echo mine > "$path"; done`,
    );
    await shWith(strange.directories, `for path; do mkdir -p "$path"; echo mine > "$path/name"; done`);
    const before = await fingerprint(machine, "/srv", root);
    const refusal = await imp.refusedApply(configuration(root, strange));
    expectPrintable(refusal);
    expect(refusal.match(/is in the way/g)).toHaveLength(2 * strangeNames.length);
    expect(await fingerprint(machine, "/srv", root)).toBe(before);

    await imp.apply({ backup: true, ...configuration(root, strange) });
    const backups = await machine.sh("find /srv -name '*.backup.[0-9]*_[0-9]*' -printf x");
    expect(backups).toHaveLength(3 * strangeNames.length);
    const found = await contents(strange.directories, [...strange.linked, ...strange.bound]);
    expect(new Set(found)).toEqual(new Set(["system"]));
    await imp.ok("verify");
    await imp.apply({ persistence: {} });
    expect(await fingerprint(machine, "/srv", root)).toBe(before);
  });

  test("are copied into sources that are created", async () => {
    const all = [...strange.directories, ...strange.linked, ...strange.bound];
    const names = strangeNames.map((name) => `/srv/directories/parent/${name}`);
    await shWith(
      [...strange.linked, ...names],
      `for path; do mkdir -p "\${path%/*}"; echo mine > "$path"; done`,
    );
    await shWith(strange.directories, `for path; do mkdir -p "$path"; echo mine > "$path/name"; done`);
    await machine.sh(`mkdir -p ${root}`);
    await imp.apply({
      create_sources: true,
      persistence: {
        [root]: { directories: [...strange.directories, "/srv/directories/parent"], files: strange.linked },
      },
    });
    const stored = await contents(
      strange.directories.map((target) => root + target),
      [...strange.linked, ...names].map((target) => root + target),
    );
    expect(new Set(stored)).toEqual(new Set(["mine"]));
    await imp.ok("verify");
    expect(all).toHaveLength(3 * strangeNames.length);
  });

  test("of other people's mounts do no harm, whatever bytes they are made of", async () => {
    await makeSources(["/srv/data"], []);
    await machine.sh(String.raw`
      for name in "$(printf 'bytes \377\376 \200')" "$(printf '\302')" 'a \040 b' 'deleted' '(deleted)' "$(printf 'x\ny - z')"; do
        mkdir -p "/mnt/$name"; mount -t tmpfs "$(printf 'odd source \\ \377')" "/mnt/$name"
      done
      mkdir /mnt/gone /persist/gone; mount --bind /persist/gone /mnt/gone; rmdir /persist/gone
    `);
    await imp.apply({ persistence: { [root]: { directories: ["/srv/data"] } } });
    await imp.ok("verify");
    await imp.apply({ persistence: {} });
    await machine.sh(
      'find /mnt -mindepth 1 -depth -exec sh -c \'umount "$1" 2>/dev/null || true; rmdir "$1"\' sh {} \\;',
    );
  });
});

describe("names of 255 bytes", () => {
  const kinds: Kinds = {
    directories: longestNames.map((name) => `/srv/directories/${name}`),
    linked: longestNames.map((name) => `/srv/linked/${name}`),
    bound: longestNames.map((name) => `/srv/bound/${name}`),
  };

  test("work as directories, linked files and bound files, through a whole life", async () => {
    await expectWholeLife(kinds);
  });

  test("and the same bytes at the target give way to the link", async () => {
    await makeSources([], kinds.linked);
    await shWith(kinds.linked, `for path; do mkdir -p "\${path%/*}"; echo system > "$path"; done`);
    await imp.apply(configuration(root, { ...kinds, directories: [], bound: [] }));
    await imp.ok("verify");
    expect((await machine.sh("find /srv/linked -type l -printf x")).length).toBe(longestNames.length);
    expect((await machine.sh("find /srv/linked -type f -printf x")).length).toBe(0);
  });

  test("leave no room for a backup: a clear conflict for each, and nothing changes", async () => {
    const { directories, linked, bound } = kinds;
    await makeSources(directories, [...linked, ...bound]);
    await shWith([...linked, ...bound], `for path; do mkdir -p "\${path%/*}"; echo mine > "$path"; done`);
    await shWith(directories, `for path; do mkdir -p "$path"; echo mine > "$path/name"; done`);
    const before = await fingerprint(machine, "/srv", root);
    const refusal = await imp.refusedApply({ backup: true, ...configuration(root, kinds) });
    expect(refusal.match(/its name is too long for one beside it/g)).toHaveLength(3 * longestNames.length);
    expect(await fingerprint(machine, "/srv", root)).toBe(before);
  });

  test("of more than 255 bytes are refused as wrong configuration", async () => {
    await imp.configure(
      configuration(root, { directories: [`/srv/${"é".repeat(128)}`], linked: [], bound: [] }),
    );
    const { exitCode, stderr } = await imp.run("apply");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("255 bytes");
    await imp.configure({ persistence: {} });
  });
});

describe("long paths", () => {
  /** A path below /srv of just so many bytes, ending in `name`. */
  function pathOf(bytes: number, name: string): string {
    let path = "/srv";
    for (let rest = bytes - path.length - name.length - 1; rest > 0; ) {
      // Never a single slash left over, which no name would follow.
      const length = rest > 252 ? 250 : rest - 1;
      path += `/${"p".repeat(length)}`;
      rest -= length + 1;
    }
    return `${path}/${name}`;
  }

  test("of 4095 bytes at the source work, through a whole life", async () => {
    // Both sources must fit, and so must the file `name` in a directory.
    const longest = 4095 - Buffer.byteLength(otherRoot);
    const kinds: Kinds = {
      directories: [pathOf(longest - "/name".length, "directory")],
      linked: [pathOf(longest, "linked")],
      bound: [pathOf(longest, "bound")],
    };
    expect(Buffer.byteLength(otherRoot + kinds.linked[0])).toBe(4095);
    await expectWholeLife(kinds);
  });

  test("of a byte more are refused as wrong configuration", async () => {
    const target = pathOf(4096 - root.length, "linked");
    await imp.configure(configuration(root, { directories: [], linked: [target], bound: [] }));
    const { exitCode, stderr } = await imp.run("apply");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("4095 bytes");
    await imp.configure({ persistence: {} });
  });

  test("are kept as a backup whose own path is too long for that", async () => {
    const target = pathOf(4095 - root.length, "linked");
    await makeSourceOf(target);
    await shWith([target], `mkdir -p "\${1%/*}"; echo mine > "$1"`);
    const withBackup = {
      backup: true,
      ...configuration(root, { directories: [], linked: [target], bound: [] }),
    };
    const before = await fingerprint(machine, "/srv", root);
    await imp.apply(withBackup);
    await imp.ok("verify");
    await imp.apply({ persistence: {} });
    expect(await fingerprint(machine, "/srv", root)).toBe(before);
  });

  async function makeSourceOf(target: string): Promise<void> {
    await shWith([root + target], `mkdir -p "\${1%/*}"; echo system > "$1"`);
  }

  test("of 200 levels work, through a whole life", async () => {
    const deep = `/srv${Array.from({ length: 200 }, (_, level) => `/level ${level}`).join("")}`;
    await expectWholeLife({
      directories: [`${deep}/directory`],
      linked: [`${deep}/linked`],
      bound: [`${deep}/bound`],
    });
  });

  test("of 200 levels have an entry on each, all mounted in order", async () => {
    const levels = Array.from({ length: 200 }, (_, level) => `/srv${"/d".repeat(level + 1)}`);
    await machine.sh(`mkdir -p ${root}${levels.at(-1)} ${"/persist/flat"}`);
    const [even, odd] = [0, 1].map((parity) => levels.filter((_, level) => level % 2 === parity));
    await machine.sh(`mkdir -p /persist/flat${levels.at(-1)}`);
    await imp.apply({
      persistence: { [root]: { directories: even ?? [] }, "/persist/flat": { directories: odd ?? [] } },
    });
    expect((await mountTable(machine)).filter(({ path }) => path.startsWith("/srv"))).toHaveLength(200);
    await imp.ok("verify");
    await machine.reboot();
    await imp.ok("restore");
    await imp.ok("verify");
  });
});
