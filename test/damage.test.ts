import { expect } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { journal, rustIndex } from "./fuzz/files.ts";
import { apply, state, store } from "./machine/configure.ts";
import { isRoot, type Machine, startMachine } from "./machine/machine.ts";
import { afterAll, beforeAll, beforeEach, describe, test } from "./machine/on-machine.ts";
import { lacks, need } from "./requirement.ts";

/** Every kind of file in the state, damaged in every way: it is named, nothing else happens, and it stays as it is. */

interface StateFile {
  readonly what: string;
  readonly name: string;
  /** A good one, where the state of the test has none. */
  readonly good?: Uint8Array;
  /** What needs the file, and so is refused. */
  readonly refused: readonly string[];
  /** What is answered without it. */
  readonly answered: readonly string[];
}

const files: readonly StateFile[] = [
  {
    what: "the index",
    name: "generations.json",
    refused: ["list", "verify", "apply", "switch 1", "delete 1 --force"],
    answered: ["show 2"],
  },
  {
    what: "the index of the Rust imp",
    name: "generations.json",
    good: rustIndex,
    refused: ["list", "apply"],
    answered: [],
  },
  {
    what: "the active generation",
    name: "generations/2.json",
    refused: ["show 2", "verify", "restore", "diff 1"],
    answered: ["list", "show 1"],
  },
  {
    what: "the journal",
    name: "journal.json",
    good: journal,
    refused: ["apply", "restore", "delete 1 --force"],
    answered: ["list", "verify", "diff 1"],
  },
];

const escapes = String.raw`\u001b]0;hostile\u0007\u001b[2J\u202e`;

interface Damage {
  readonly how: string;
  /** Shell, in which `$file` is the file. */
  readonly script: string;
  /** What is said of it. */
  readonly message: RegExp;
}

const damages: readonly Damage[] = [
  { how: "is cut off", script: `truncate -s -9 "$file"`, message: /is damaged: it ends too early/ },
  { how: "is empty", script: `: > "$file"`, message: /is damaged: it is empty/ },
  {
    how: "is all zeros",
    script: `n=$(stat -c %s "$file"); : > "$file"; truncate -s $n "$file"`,
    message: /is damaged: it is not JSON/,
  },
  {
    how: "is no text",
    script: `head -c 3000 /dev/urandom > "$file"`,
    message: /is damaged: it is not (UTF-8 text|JSON)/,
  },
  {
    how: "has a flipped bit",
    script: `printf '\\373' | dd of="$file" bs=1 conv=notrunc status=none`,
    message: /is damaged: it is not UTF-8 text/,
  },
  {
    how: "is of a newer imp",
    script: `echo '{"format": 3, "more": []}' > "$file"`,
    message: /was written by a newer imp \(format 3/,
  },
  { how: "is another kind of JSON", script: `echo '"generations"' > "$file"`, message: /is damaged: / },
  {
    how: "has keys that nobody knows",
    script: `echo '{"format": 1, "__proto__": {}, "constructor": 1}' > "$file"`,
    message: /is damaged: /,
  },
  {
    how: "holds escape sequences",
    script: `printf '%s' '{"${escapes}": "${escapes}"' > "$file"`,
    message: /is damaged: /,
  },
  {
    how: "has no end of brackets",
    script: `yes '{"a":' | head -c 4000000 > "$file"`,
    message: /is damaged: /,
  },
  {
    how: "is huge",
    script: `truncate -s 3G "$file"`,
    message: /is damaged: it has 3221225472 bytes, far too many/,
  },
  {
    how: "is a symlink",
    script: `ln -sf /dev/zero "$file"`,
    message: /is damaged: it is no regular file but a symlink/,
  },
  {
    how: "is a pipe",
    script: `rm "$file"; mkfifo "$file"`,
    message: /is damaged: it is no regular file but a fifo/,
  },
  {
    how: "is a directory",
    script: `rm "$file"; mkdir "$file"`,
    message: /is damaged: it is no regular file but a directory/,
  },
];

/** Only a run as root has to mind who could have written it. */
const distrusted: readonly Damage[] = [
  {
    how: "can be written by everyone",
    script: `chmod 666 "$file"`,
    message: /cannot be trusted: everyone can write it/,
  },
  {
    how: "belongs to a user",
    script: `chown user "$file"`,
    message: /cannot be trusted: it belongs to user/,
  },
];

let machine: Machine & AsyncDisposable;
let good: ReadonlyMap<string, Uint8Array>;

beforeAll(async () => {
  machine = await startMachine();
  await machine.sh(`mkdir -p ${store}/srv/a ${store}/srv/b`);
  await apply(machine, `directories = ["/srv/a"]`);
  await apply(machine, `directories = ["/srv/a", "/srv/b"]`);
  const names = ["generations.json", "generations/1.json", "generations/2.json"];
  good = new Map(names.map((name) => [name, readFileSync(machine.outside(`${state}/${name}`))]));
});
afterAll(() => machine.stop());

beforeEach(() => {
  rmSync(machine.outside(state), { recursive: true });
});

/** What stands at the file, whatever it is, and all else of the state that there is. */
const look = () =>
  machine.sh(`cd ${state}; find . -mindepth 1 ! -name lock -printf '%P %y %m %U %s %l %i %T@\\n' | sort
    find . -type f -size -9M ! -name lock -exec cksum {} + | sort; grep -o ' /srv.*' /proc/self/mountinfo`);

async function breakFile({ name, good: content }: StateFile, { script }: Damage): Promise<void> {
  await machine.sh(`mkdir -p ${state}/generations`);
  for (const [path, bytes] of good) writeFileSync(machine.outside(`${state}/${path}`), bytes);
  const file = `${state}/${name}`;
  if (content !== undefined) writeFileSync(machine.outside(file), content);
  await machine.sh(`file=${file}; ${script}`);
}

/** Control characters, and those that turn the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const hostile = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

async function expectRefusals(file: StateFile, damage: Damage): Promise<void> {
  await breakFile(file, damage);
  const before = await look();
  const path = `${state}/${file.name}`;
  for (const line of [...file.refused, ...file.answered]) {
    const isRefused = file.refused.includes(line);
    const { exitCode, stdout, stderr } = await machine.run(["/imp/imp", ...line.split(" ")], {
      timeout: 20_000,
    });
    expect({ line, exitCode, stderr }).toEqual({ line, exitCode: isRefused ? 1 : 0, stderr });
    if (isRefused) {
      expect(stdout).toBe("");
      expect(stderr).toStartWith(`error: ${path} `);
      expect(stderr).toMatch(damage.message);
      expect(stderr).toContain("  help: ");
    }
    expect(stdout + stderr).not.toMatch(hostile);
    expect(stderr.length).toBeLessThan(2000);
    expect(await look()).toBe(before);
  }
}

for (const file of files) {
  describe(file.what, () => {
    test.each(damages.map((damage) => [damage.how, damage] as const))("that %s", async (_, damage) => {
      await expectRefusals(file, damage);
    });

    test
      .skipIf(lacks(need(isRoot, "root: files of another user's")))
      .each(distrusted.map((damage) => [damage.how, damage] as const))("that %s", async (_, damage) => {
      await expectRefusals(file, damage);
    });
  });
}

const alterations: readonly (readonly [string, StateFile["name"], string, readonly string[]])[] = [
  ["the index", "generations.json", `s/"createdAt": "20/"createdAt": "19/`, ["list", "current", "verify"]],
  [
    "a generation",
    "generations/2.json",
    `s/"createdAt": "20/"createdAt": "19/`,
    ["show 2", "verify", "diff 1"],
  ],
];

describe("that was altered, and still says what can be", () => {
  test.each(alterations)("%s is used, and said to be not as imp wrote it", async (_, name, change, lines) => {
    const file = `${state}/${name}`;
    const warning = `warning: ${file} is not as imp wrote it: its checksum is another one\n`;
    await breakFile({ what: name, name, refused: [], answered: [] }, damageBy(`sed -i '${change}' "$file"`));
    const before = await look();
    for (const line of lines) {
      const { exitCode, stderr } = await machine.imp(...line.split(" "));
      expect({ line, exitCode, said: stderr.split(warning).length - 1 }).toEqual({
        line,
        exitCode: 0,
        said: 1,
      });
    }
    const [line = ""] = lines;
    const { warnings } = JSON.parse(await machine.impOk(...line.split(" "), "--json"));
    expect(warnings).toHaveLength(1);
    expect(await look()).toBe(before);

    await machine.sh(`sed -i 's/"checksum": .*/"checksum": "00000000"/' ${file}`);
    expect((await machine.imp(...line.split(" "))).stderr).toContain(warning);
    await machine.sh(`sed -i '/"checksum"/d' ${file}`);
    expect((await machine.imp(...line.split(" "))).stderr).not.toContain("checksum");
  });
});

function damageBy(script: string): Damage {
  return { how: "", script, message: /^/ };
}
