import { failure } from "../../model/problem.ts";
import { recordedGoal } from "../change/request.ts";
import { bringAbout } from "../change/run.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import type { CommandInput } from "../program.ts";
import { stateLocation } from "../state-location.ts";
import { namedGeneration } from "../state-reading.ts";

/** `imp rollback` */
export async function run(context: CommandContext, input: CommandInput<"rollback">): Promise<CommandResult> {
  return bringAbout(context, {
    command: "rollback",
    location: await stateLocation(context),
    dryRun: input.dryRun,
    lazy: input.lazy,
    createSources: "asked",
    adoptReplaced: false,
    chooseGoal: (store, index) => {
      if (index.previous === null) {
        const help = "`imp list` shows all generations, and `imp switch N` goes to any of them";
        throw failure(1, "there is no generation to roll back to: none was active before", help);
      }
      return recordedGoal(index, namedGeneration(store, index.previous));
    },
  });
}
