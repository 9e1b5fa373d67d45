import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { spawnSync } from "bun";
import { describeMachine, heading, rowsOf } from "./report.ts";
import type { Result } from "./result.ts";
import { scenarios } from "./scenarios.ts";
import { startSite } from "./site.ts";

/**
 * Usage: npm run bench -- [--quick] [--only REGEXP] [--against PATH] [--json FILE]
 *
 * Measures `dist/imp`, or the executable in IMP_EXECUTABLE, against the goals of docs/performance.md. Ends with 1 if
 * one is missed. It takes root, and gcc.
 */
const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    against: { type: "string" },
    json: { type: "string" },
  },
});

const root = join(import.meta.dir, "..");
const scratch = mkdtempSync(join(tmpdir(), "imp-bench-"));

function build(command: readonly string[]): void {
  const { exitCode, stdout, stderr } = spawnSync([...command], { cwd: root, stdout: "pipe", stderr: "pipe" });
  if (exitCode !== 0) throw new Error(`${command.join(" ")}\n${stdout}${stderr}`);
}

try {
  const reference = join(scratch, "reference");
  const hello = join(scratch, "hello");
  build(["gcc", "-O2", "-Wall", "-Wextra", "-o", reference, "bench/reference.c"]);
  build([
    process.execPath,
    "build",
    "--compile",
    "--bytecode",
    "--minify",
    "--format=esm",
    "--outfile",
    hello,
    "bench/hello.ts",
  ]);

  const bench = {
    imp: process.env["IMP_EXECUTABLE"] ?? join(root, "dist/imp"),
    against: values.against ?? null,
    hello,
    reference,
    rounds: values.quick ? 3 : 10,
    startSite: () => startSite(join(scratch, "site"), reference),
  };
  const chosen = scenarios.filter(
    ({ name, size }) =>
      new RegExp(values.only).test(`${name}, ${size}`) && !(values.quick && (size ?? 0) > 1000),
  );
  console.log(`${describeMachine()}, medians of ${bench.rounds} rounds\n\n${heading}`);
  const results: Result[] = [];
  for (const scenario of chosen) {
    const result = await scenario.run(bench);
    results.push(result);
    console.log(rowsOf(result));
  }
  if (values.json !== undefined)
    await Bun.write(
      values.json,
      `${JSON.stringify({ machine: describeMachine(), rounds: bench.rounds, results }, null, 2)}\n`,
    );
  const missed = results.flatMap(({ judgements }) => judgements).filter(({ isMet }) => !isMet).length;
  console.log(missed === 0 ? "\nall goals are met" : `\n${missed} goals are missed`);
  process.exitCode = missed === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
