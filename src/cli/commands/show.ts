import { withStore } from "../../state/store.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import { reportPending } from "../pending.ts";
import type { CommandInput } from "../program.ts";
import { showJson, showLines } from "../render/show.ts";
import { stateLocation } from "../state-location.ts";
import { namedGeneration } from "../stored-generation.ts";

/** `imp show N` */
export async function run(context: CommandContext, input: CommandInput<"show">): Promise<CommandResult> {
  return withStore(await stateLocation(context), async (store): Promise<CommandResult> => {
    const generation = namedGeneration(store, input.generation);
    await reportPending(context, store);
    context.out(showLines(generation, context.global, context.paint));
    context.json(showJson(generation));
    return 0;
  });
}
