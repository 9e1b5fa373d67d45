import { failure } from "../../model/problem.ts";
import { bringAbout } from "../change.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import { recordedGoal } from "../goals.ts";
import type { CommandInput } from "../program.ts";
import { stateLocation } from "../state-location.ts";

/** `imp restore` */
export async function run(context: CommandContext, input: CommandInput<"restore">): Promise<CommandResult> {
  return bringAbout(context, {
    command: "restore",
    location: await stateLocation(context),
    dryRun: input.dryRun,
    lazy: input.lazy,
    createSources: false,
    adoptReplaced: input.adoptReplaced,
    chooseGoal: (_store, index, active) => {
      if (active === null) throw failure(1, "No active generation", "`imp apply` makes the first one");
      return recordedGoal(index, active);
    },
  });
}
