import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exampleJournal } from "../../src/state/example-journal.fixture.ts";
import {
  exampleGeneration,
  exampleIndex,
  fileText,
  olderFileText,
} from "../../src/state/example-state.fixture.ts";

/** Good files to begin with. */

const encoder = new TextEncoder();
const repository = join(import.meta.dir, "../..");

/** The configurations of the README and the one that comes with imp. */
export function configurations(): Uint8Array[] {
  const readme = readFileSync(join(repository, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/^```toml\n(.*?)^```/gms)].map(([, text = ""]) => text);
  if (blocks.length === 0) throw new Error("the README has no configuration");
  return [readFileSync(join(repository, "imp.toml"), "utf8"), ...blocks].map((text) => encoder.encode(text));
}

/** As imp writes them. */
export const index = encoder.encode(fileText("index", exampleIndex));
export const generation = encoder.encode(fileText("generation", exampleGeneration(3)));

/** The journal of a command that did a bit of everything. */
export const journal = encoder.encode(fileText("journal", exampleJournal));

/** As imp wrote them when they had no checksum. */
export const olderIndex = encoder.encode(olderFileText(exampleIndex));
export const olderGeneration = encoder.encode(olderFileText(exampleGeneration(3)));
export const olderJournal = encoder.encode(olderFileText(exampleJournal));

/** What the Rust imp left. */
export const rustIndex = encoder.encode(
  JSON.stringify([
    {
      number: 1,
      created_at: "2025-11-05T12:00:00.123456789+01:00",
      config_path: "imp.toml",
      symlinks: [],
      active: false,
    },
    {
      number: 4,
      created_at: "2025-11-06T12:00:00Z",
      config_path: "/nowhere/imp.toml",
      symlinks: [
        { source: "/nowhere/persist/a", target: "/nowhere/a", backup_path: null },
        {
          source: "/nowhere/persist//b/",
          target: "/nowhere/b/",
          backup_path: "/nowhere/b.backup.20251106_120000",
        },
      ],
      active: true,
    },
  ]),
);
