import type { CommandContext, CommandResult } from "../context.ts";
import type { CommandInput } from "../program.ts";
import { showJson, showLines } from "../render/show.ts";
import { stateLocation } from "../state-location.ts";
import { lookIntoState, namedGeneration } from "../state-reading.ts";

/** `imp show N` */
export async function run(context: CommandContext, input: CommandInput<"show">): Promise<CommandResult> {
  return lookIntoState(context, await stateLocation(context), (store): CommandResult => {
    const generation = namedGeneration(store, input.generation);
    context.out(showLines(generation, context.global, context.paint));
    context.json(() => showJson(generation));
    return 0;
  });
}
