import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { spawnSync } from "bun";
import type { Bench } from "./bench.ts";
import { nameOf, type PairResult, runPair } from "./pair.ts";
import { allPairs } from "./pairs.ts";
import { describeMachine, heading, pairHeading, rowsOf, rowsOfPair } from "./report.ts";
import type { Result } from "./result.ts";
import { scenarios } from "./scenarios.ts";
import { startSite } from "./site.ts";

/**
 * Usage: npm run bench -- [--quick] [--only REGEXP] [--against PATH] [--json FILE]
 *
 * Measures `dist/imp`, or the executable in IMP_EXECUTABLE, against the goals of docs/performance.md: those set by the
 * kernel and the runtime, or with `--against` those set by another executable with the same commands. Prints a table
 * for that document. Ends with 1 if a goal is missed. It takes root, and gcc.
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

/** A copy, so that where an executable lies is no difference, and a build meanwhile does not matter. */
function copy(executable: string, name: string): string {
  const path = join(scratch, name);
  copyFileSync(executable, path);
  return path;
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

  const clock = join(scratch, "clock.so");
  build(["gcc", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-o", clock, "bench/clock.c"]);

  const bench: Bench = {
    imp: copy(process.env["IMP_EXECUTABLE"] ?? join(root, "dist/imp"), "imp"),
    hello,
    reference,
    rounds: values.quick ? 3 : 10,
    startSite: (day) => startSite(join(scratch, "site"), { reference, clock }, day),
  };
  const isChosen = (name: string, size: number | null) =>
    new RegExp(values.only).test(`${name}, ${size}`) && !(values.quick && (size ?? 0) > 1500);
  const results: (Result | PairResult)[] = [];
  console.log(`${describeMachine()}, medians of ${bench.rounds} rounds\n`);
  if (values.against === undefined) {
    console.log(heading);
    for (const scenario of scenarios.filter(({ name, size }) => isChosen(name, size))) {
      const result = await scenario.run(bench);
      results.push(result);
      console.log(rowsOf(result));
    }
  } else {
    console.log(pairHeading);
    const against = copy(values.against, "against");
    for (const pair of allPairs.filter((one) => isChosen(nameOf(one), one.size))) {
      const result = await runPair(pair, bench, against);
      results.push(result);
      console.log(rowsOfPair(result));
    }
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
