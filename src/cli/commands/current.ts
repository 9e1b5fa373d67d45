import type { CommandContext, CommandResult } from "../context.ts";
import { lookAtIndex } from "../index-look.ts";
import { currentJson, currentLines } from "../render/current.ts";

/** `imp current` */
export async function run(context: CommandContext): Promise<CommandResult> {
  return lookAtIndex(context, ({ active, generations }): CommandResult => {
    const current = generations.find(({ number }) => number === active) ?? null;
    context.out(currentLines(current, context.paint));
    context.json(() => currentJson(current));
    return 0;
  });
}
