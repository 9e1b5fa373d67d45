import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exampleJournal } from "../../src/state/example-journal.ts";
import { exampleGeneration, exampleIndex } from "../../src/state/example-state.ts";

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
export const index = encoder.encode(`${JSON.stringify(exampleIndex, null, 2)}\n`);
export const generation = encoder.encode(
  `${JSON.stringify({ format: 1, ...exampleGeneration(3) }, null, 2)}\n`,
);

/** The journal of a command that did a bit of everything. */
export const journal = encoder.encode(`${JSON.stringify(exampleJournal)}\n`);

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
