import { readIndex, withStore } from "../../state/store.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import { reportPending } from "../pending.ts";
import { listJson, listLines } from "../render/list.ts";
import { stateLocation } from "../state-location.ts";

/** `imp list` */
export async function run(context: CommandContext): Promise<CommandResult> {
  return withStore(await stateLocation(context), async (store): Promise<CommandResult> => {
    const index = readIndex(store);
    await reportPending(context, store);
    context.out(listLines(index, context.paint));
    context.json(listJson(index));
    return 0;
  });
}
