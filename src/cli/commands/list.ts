import { readIndex } from "../../state/store.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import { lookIntoState } from "../pending.ts";
import { listJson, listLines, listTable } from "../render/list.ts";
import { stateLocation } from "../state-location.ts";

/** `imp list` */
export async function run(context: CommandContext): Promise<CommandResult> {
  return lookIntoState(context, await stateLocation(context), (store): CommandResult => {
    const index = readIndex(store);
    const { paint } = context;
    context.out(
      context.isForPeople ? listTable(index, Date.now(), paint) : listLines(index, context.global, paint),
    );
    context.json(() => listJson(index));
    return 0;
  });
}
