import type { CommandContext, CommandResult } from "../context.ts";
import { lookAtIndex } from "../index-look.ts";
import { listJson, listLines, listTable } from "../render/list.ts";

/** `imp list` */
export async function run(context: CommandContext): Promise<CommandResult> {
  return lookAtIndex(context, (index): CommandResult => {
    const { paint } = context;
    context.out(
      context.isForPeople ? listTable(index, Date.now(), paint) : listLines(index, context.global, paint),
    );
    context.json(() => listJson(index));
    return 0;
  });
}
