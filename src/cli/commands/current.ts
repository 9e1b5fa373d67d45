import { readIndex } from "../../state/store.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import { lookIntoState } from "../pending.ts";
import { currentJson, currentLines } from "../render/current.ts";
import { stateLocation } from "../state-location.ts";

/** `imp current` */
export async function run(context: CommandContext): Promise<CommandResult> {
  return lookIntoState(context, await stateLocation(context), (store): CommandResult => {
    const { active, generations } = readIndex(store);
    const current = generations.find(({ number }) => number === active) ?? null;
    context.out(currentLines(current, context.paint));
    context.json(() => currentJson(current));
    return 0;
  });
}
