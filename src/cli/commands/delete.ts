import type { Index } from "../../model/generation.ts";
import { Failure, failure, type Problem } from "../../model/problem.ts";
import { withoutGenerations } from "../../state/index-changes.ts";
import { commit, readIndex, withLockedStore, withStore } from "../../state/store.ts";
import { settleKilledCommand } from "../change/run.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import type { CommandInput } from "../program.ts";
import { deleteJson, inWords } from "../render/delete.ts";
import { waitingWatcher } from "../render/progress.ts";
import { stateLocation } from "../state-location.ts";
import { isListed, noSuchGeneration } from "../state-reading.ts";

/** `imp delete N…` */
export async function run(context: CommandContext, input: CommandInput<"delete">): Promise<CommandResult> {
  const { generations: numbers, force } = input;
  const location = await stateLocation(context);
  await withStore(location, (store) => refuseWrong(readIndex(store), numbers));
  // Asked without the lock: a forgotten question must not keep the machine from booting.
  if (!force && !(await isConfirmed(context, numbers))) {
    context.out(["Aborted."]);
    context.json(() => deleteJson([]));
    return 1;
  }

  const request = {
    waitMilliseconds: context.global.wait * 1000,
    command: "imp delete",
    whileWaiting: waitingWatcher(context),
  };
  const warnings = await withLockedStore(location, request, (store) => {
    const settled = settleKilledCommand(store);
    const index = readIndex(store);
    refuseWrong(index, numbers);
    return [...settled, ...commit(store, withoutGenerations(index, numbers))];
  });
  context.report(warnings);
  context.note([`Deleted ${inWords(numbers)}.`]);
  context.json(() => deleteJson(numbers));
  return 0;
}

function refuseWrong(index: Index, numbers: readonly number[]): void {
  const problems = numbers.flatMap((number): Problem[] => {
    if (number === index.active) return [isActive(number)];
    return isListed(index, number) ? [] : [noSuchGeneration(index, number)];
  });
  if (problems.length > 0) throw new Failure(1, problems);
}

function isActive(number: number): Problem {
  const message = `Cannot delete active generation ${number}`;
  return {
    severity: "error",
    message,
    help: "switch to another one first: `imp switch N`, or `imp rollback`",
  };
}

async function isConfirmed(context: CommandContext, numbers: readonly number[]): Promise<boolean> {
  const question = `Delete ${inWords(numbers)}?`;
  if (!context.isTerminal) {
    throw failure(1, `there is nobody to ask: ${question}`, "run it in a terminal, or with `--force`");
  }
  const answer = await context.ask(`${question} [y/N]`);
  return ["y", "yes"].includes(answer?.trim().toLowerCase() ?? "");
}
