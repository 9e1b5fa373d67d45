import { recordedGoal } from "../change/request.ts";
import { bringAbout } from "../change/run.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import type { CommandInput } from "../program.ts";
import { stateLocation } from "../state-location.ts";
import { namedGeneration } from "../state-reading.ts";

/** `imp switch N` */
export async function run(context: CommandContext, input: CommandInput<"switch">): Promise<CommandResult> {
  return bringAbout(context, {
    command: "switch",
    location: await stateLocation(context),
    dryRun: input.dryRun,
    lazy: input.lazy,
    createSources: "asked",
    adoptReplaced: false,
    chooseGoal: (store, index) => recordedGoal(index, namedGeneration(store, input.generation)),
  });
}
