import { readIndex, withStore } from "../../state/store.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import { listJson, listLines } from "../render/list.ts";
import { stateLocation } from "../state-location.ts";

/** `imp list` */
export async function run(context: CommandContext): Promise<CommandResult> {
  const index = await withStore(await stateLocation(context), readIndex);
  context.out(listLines(index, context.paint));
  context.json(listJson(index));
  return 0;
}
