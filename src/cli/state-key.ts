import { stateInHead } from "../config/head.ts";
import type { Trusted } from "../state/caller.ts";
import { readConfigFileIfAny } from "./config-file.ts";
import type { CommandContext } from "./context.ts";

/**
 * `state_dir` of the configuration; null if that has none, or if there is no configuration.
 * @throws Failure (2) if a configuration is named and can't be read, or if root cannot trust it
 */
export async function stateOfConfigIfAny(
  context: CommandContext,
  trusted: Trusted | null,
): Promise<string | null> {
  const file = readConfigFileIfAny(context, trusted);
  if (file === null) return null;
  const text = new TextDecoder().decode(file.bytes);
  // A key may be written with escapes.
  if (!/state_dir|\\[uUx]/.test(text)) return null;
  const head = stateInHead(text);
  if (head !== null) return head.directory;
  // The parser is loaded only if it takes one to tell what the key says.
  const { configuredState } = await import("./configured-state.ts");
  return configuredState(file);
}
