import type { GenerationSummary, Index } from "../../model/generation.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import { lookAtIndex } from "../index-look.ts";
import { currentJson, currentLines } from "../render/current.ts";

/** `imp current` */
export async function run(context: CommandContext): Promise<CommandResult> {
  return lookAtIndex(context, (index): CommandResult => {
    const current = activeOf(index);
    context.out(currentLines(current, context.paint));
    context.json(() => currentJson(current));
    return 0;
  });
}

function activeOf({ active, generations }: Index): GenerationSummary | null {
  for (const generation of generations) if (generation.number === active) return generation;
  return null;
}
