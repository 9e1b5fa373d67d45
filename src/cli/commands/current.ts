import { readIndex, withStore } from "../../state/store.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import { currentJson, currentLines } from "../render/current.ts";
import { stateLocation } from "../state-location.ts";

/** `imp current` */
export async function run(context: CommandContext): Promise<CommandResult> {
  const { active, generations } = await withStore(await stateLocation(context), readIndex);
  const current = generations.find(({ number }) => number === active) ?? null;
  context.out(currentLines(current, context.paint));
  context.json(currentJson(current));
  return 0;
}
