import { bringAbout } from "../change.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import { recordedGoal } from "../goals.ts";
import type { CommandInput } from "../program.ts";
import { stateLocation } from "../state-location.ts";
import { namedGeneration } from "../stored-generation.ts";

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
