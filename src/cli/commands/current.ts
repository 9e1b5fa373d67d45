import { readIndex, withStore } from "../../state/store.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import { reportPending } from "../pending.ts";
import { currentJson, currentLines } from "../render/current.ts";
import { stateLocation } from "../state-location.ts";

/** `imp current` */
export async function run(context: CommandContext): Promise<CommandResult> {
  return withStore(await stateLocation(context), async (store): Promise<CommandResult> => {
    const { active, generations } = readIndex(store);
    await reportPending(context, store);
    const current = generations.find(({ number }) => number === active) ?? null;
    context.out(currentLines(current, context.paint));
    context.json(currentJson(current));
    return 0;
  });
}
