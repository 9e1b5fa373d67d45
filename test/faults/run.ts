import { accessSync, constants } from "node:fs";
import { availableParallelism } from "node:os";
import { lacks } from "../requirement.ts";
import { nameOf } from "./cases.ts";
import { allGroups } from "./groups.ts";
import { type Finished, runAll, type Task } from "./lanes.ts";
import { outcomesOf, tablesOf } from "./report.ts";
import { missing } from "./requirements.ts";
import { Stage } from "./stage.ts";
import "../setup.ts";

/**
 * The full form of the tests of faults: every case, with a table in the end.
 *
 * Usage: bun test/faults/run.ts [--only=REGULAR-EXPRESSION] [--every=N [--first=K]] [--lanes=N]
 *
 * `--only` takes the cases whose name matches, such as `'^apply: renameat2 3 EIO$'`; `--every` one of so many, from the
 * one with the number `--first` (from 0) on: so N runs share all cases among them.
 */

const option = (name: string) =>
  process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
const only = new RegExp(option("only") ?? "");
const every = Number(option("every") ?? 1);
const first = Number(option("first") ?? 0);
const lanes = Number(option("lanes") ?? availableParallelism());

/** The machines are made in memory where that is possible: the disk would only wait. */
function preferMemory(): void {
  try {
    accessSync("/dev/shm", constants.W_OK);
    process.env["TMPDIR"] = "/dev/shm";
  } catch {
    // Any other place will do.
  }
}

async function collect(): Promise<Task[]> {
  await using stage = await Stage.start();
  const groups = await allGroups(stage);
  return groups
    .flatMap(({ title, expected, cases }) => cases.map((struck) => ({ title, expected, struck })))
    .filter(({ struck }) => only.test(nameOf(struck)))
    .filter((_task, index) => index % every === first);
}

async function main(): Promise<number> {
  if (lacks(...missing)) return 0;
  preferMemory();
  const begin = performance.now();
  const seconds = () => Math.round((performance.now() - begin) / 1000);
  const tasks = await collect();
  console.log(`${tasks.length} cases, ${lanes} at a time`);

  const finished: Finished[] = [];
  let wrong = 0;
  let nextNews = 10;
  await runAll(tasks, lanes, (one) => {
    finished.push(one);
    if (one.verdict.complaints.length > 0) {
      wrong += 1;
      console.log(`\nWRONG: ${nameOf(one.struck)}\n${one.verdict.complaints.join("\n")}\n`);
    }
    if (seconds() < nextNews) return;
    nextNews = seconds() + 10;
    console.log(`${finished.length} of ${tasks.length} cases, ${wrong} wrong, ${seconds()} s`);
  });
  // In the order of the cases, whichever came to its end first.
  const order = new Map(tasks.map(({ struck }, index) => [struck, index]));
  finished.sort((left, right) => (order.get(left.struck) ?? 0) - (order.get(right.struck) ?? 0));
  console.log(`\n${tablesOf(finished)}\n\n${outcomesOf(finished)}; ${seconds()} s, ${lanes} cases at a time`);
  // As bun test ends.
  console.log(`\n ${finished.length - wrong} pass\n ${wrong} fail`);
  return wrong === 0 ? 0 : 1;
}

process.exit(await main());
