import { actualSurroundings, type Surroundings } from "../state/caller.ts";
import type { CommandContext } from "./context.ts";

/** This process, with the environment and the working directory that the command was given. */
export function surroundingsOf({ environment, workingDirectory }: CommandContext): Surroundings {
  return { ...actualSurroundings(), environment, workingDirectory };
}
