import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildExecutable } from "./build/executable.ts";
import { isTarget, targetNames } from "./build/targets.ts";

/**
 * Makes the executable: `dist/imp` for machines like this one, `dist/imp-TARGET` for another kind.
 *
 * Usage: bun scripts/build.ts [--target TARGET] [--outfile FILE]
 */

const repository = join(import.meta.dir, "..");

try {
  const { values } = parseArgs({ options: { target: { type: "string" }, outfile: { type: "string" } } });
  const target = values.target ?? null;
  if (target !== null && !isTarget(target)) {
    throw new Error(`there is no target ${target}\n  help: the targets are ${targetNames.join(", ")}`);
  }
  const usual = join(repository, "dist", target === null ? "imp" : `imp-${target}`);
  const outfile = values.outfile === undefined ? usual : resolve(values.outfile);
  await buildExecutable({ repository, target, outfile });
  console.log(`built ${outfile}`);
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
