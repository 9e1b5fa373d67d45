import { withStore } from "../../state/store.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import type { CommandInput } from "../program.ts";
import { showJson, showLines } from "../render/show.ts";
import { stateLocation } from "../state-location.ts";
import { namedGeneration } from "../stored-generation.ts";

/** `imp show N` */
export async function run(context: CommandContext, input: CommandInput<"show">): Promise<CommandResult> {
  const location = await stateLocation(context);
  const generation = await withStore(location, (store) => namedGeneration(store, input.generation));
  context.out(showLines(generation, context.global, context.paint));
  context.json(showJson(generation));
  return 0;
}
