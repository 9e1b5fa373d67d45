import { closeSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Accounts } from "../../src/config/accounts.ts";
import { decodeConfig } from "../../src/config/decode.ts";
import { readPlain } from "../../src/config/read.ts";
import { readPlaced } from "../../src/config/read-placed.ts";
import { openStateDirectory } from "../../src/state/directory.ts";
import { readJournal } from "../../src/state/journal.ts";
import { rustContext } from "../../src/state/rust/context.ts";
import { readGeneration, readIndex, type Store } from "../../src/state/store.ts";
import {
  configurations,
  generation,
  index,
  journal,
  olderGeneration,
  olderIndex,
  olderJournal,
  rustIndex,
} from "./files.ts";
import { damagedFile, randomFrom } from "./mutate.ts";
import { type FuzzCounts, newCounts, tryCase } from "./outcome.ts";

/** The readers of configuration and state, called directly: thousands of cases a second. */

const ids: Readonly<Record<string, number>> = { root: 0, colord: 107, postgres: 108, user: 1000 };

function find(name: string) {
  const id = Object.hasOwn(ids, name) ? ids[name] : undefined;
  return id === undefined ? null : { name, id };
}

const accounts: Accounts = { user: find, group: find };

export function fuzzConfigurations(cases: number, seed: number): FuzzCounts {
  const counts = newCounts("configurations");
  const random = randomFrom(seed);
  const files = configurations();
  while (counts.cases < cases) {
    const bytes = damagedFile(random, files);
    reporting(bytes, () => tryCase(counts, 2, () => readConfiguration(bytes)));
  }
  return counts;
}

/** As `readConfigBytes`, but at once. */
function readConfiguration(bytes: Uint8Array): unknown {
  const text = decodeConfig(bytes, "imp.toml");
  return readPlain(text, "imp.toml", accounts) ?? readPlaced(text, "imp.toml", accounts);
}

interface StateFile {
  readonly what: string;
  /** Relative to the state directory. */
  readonly name: string;
  readonly good: readonly Uint8Array[];
  readonly read: (store: Store) => unknown;
}

const stateFiles: readonly StateFile[] = [
  { what: "indexes", name: "generations.json", good: [index, olderIndex], read: readIndex },
  { what: "indexes of the Rust imp", name: "generations.json", good: [rustIndex], read: readIndex },
  {
    what: "generations",
    name: "generations/3.json",
    good: [generation, olderGeneration],
    read: (store) => readGeneration(store, 3),
  },
  { what: "journals", name: "journal.json", good: [journal, olderJournal], read: readJournal },
];

export function fuzzState(cases: number, seed: number): FuzzCounts[] {
  const directory = mkdtempSync(join(tmpdir(), "imp-fuzz-"));
  try {
    return stateFiles.map((file) => fuzzStateFile(file, join(directory, file.what), cases, seed));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function fuzzStateFile(
  { what, name, good, read }: StateFile,
  directory: string,
  cases: number,
  seed: number,
): FuzzCounts {
  const counts = newCounts(what);
  const random = randomFrom(seed);
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  const opened = openStateDirectory(directory, null);
  if (opened === null) throw new Error(`${directory} is gone`);
  const store: Store = { directory: opened, rust: rustContext(null) };
  for (const bytes of good) {
    // What is refused before it is damaged shows nothing.
    writeFileSync(path, bytes);
    read(store);
  }
  while (counts.cases < cases) {
    const bytes = damagedFile(random, good, [index, generation, journal]);
    writeFileSync(path, bytes);
    reporting(bytes, () => {
      tryCase(counts, 1, () => read(store));
      if (!readFileSync(path).equals(bytes)) throw new Error("the file was changed");
    });
  }
  closeSync(opened.descriptor);
  return counts;
}

/** Says which case it was. */
function reporting(bytes: Uint8Array, action: () => void): void {
  try {
    action();
  } catch (error) {
    const text = JSON.stringify(Buffer.from(bytes).toString("latin1"));
    throw new Error(`${error} for this file: ${text.slice(0, 20_000)}`, { cause: error });
  }
}
