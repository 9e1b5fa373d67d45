import { readIndex, withStore } from "../../state/store.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import { reportPending } from "../pending.ts";
import { listJson, listLines, listTable } from "../render/list.ts";
import { stateLocation } from "../state-location.ts";

/** `imp list` */
export async function run(context: CommandContext): Promise<CommandResult> {
  return withStore(await stateLocation(context), async (store): Promise<CommandResult> => {
    const index = readIndex(store);
    await reportPending(context, store);
    const { paint } = context;
    context.out(
      context.isForPeople ? listTable(index, Date.now(), paint) : listLines(index, context.global, paint),
    );
    context.json(listJson(index));
    return 0;
  });
}
