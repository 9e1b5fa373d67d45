import type { Index } from "../model/generation.ts";
import { indexAtGlance } from "../state/glance.ts";
import type { CommandContext } from "./context.ts";
import { stateLocation } from "./state-location.ts";

/**
 * Runs `action` with the index. What it takes to tell people what is wrong with the state, or that a command is at work
 * there, is loaded only if something is out of the ordinary.
 */
export async function lookAtIndex<T>(context: CommandContext, action: (index: Index) => T): Promise<T> {
  const location = await stateLocation(context);
  const index = indexAtGlance(location.path, location.trusted);
  if (index !== null) return action(index);
  const { lookIntoIndex } = await import("./pending.ts");
  return lookIntoIndex(context, location, action);
}
