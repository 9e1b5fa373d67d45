import { stateInHead } from "../config/head.ts";
import { trustedBy } from "../state/caller.ts";
import { locateState } from "../state/locate.ts";
import type { StoreLocation } from "../state/store.ts";
import { type ConfigFile, readConfigFileIfAny } from "./config-file.ts";
import type { CommandContext } from "./context.ts";
import { surroundingsOf } from "./surroundings.ts";

/**
 * Where the state is: `--state-dir`, else `state_dir` of the configuration if there is one, else the usual place.
 * @param config what a command that reads the whole configuration anyway found there
 */
export async function stateLocation(
  context: CommandContext,
  config?: { readonly stateDirectory?: string },
): Promise<StoreLocation> {
  const surroundings = surroundingsOf(context);
  const trusted = trustedBy(surroundings);
  const option = context.global.stateDirectory ?? undefined;
  const needsConfig = option === undefined && config === undefined;
  const file = needsConfig ? readConfigFileIfAny(context, trusted) : null;
  const configured = file === null ? config?.stateDirectory : ((await readStateKey(file)) ?? undefined);
  return { path: locateState({ option, configured }, surroundings), trusted };
}

/** The parser is loaded only if it takes one to tell what the key says. */
async function readStateKey(file: ConfigFile): Promise<string | null> {
  const text = new TextDecoder().decode(file.bytes);
  // A key may be written with escapes.
  if (!/state_dir|\\[uUx]/.test(text)) return null;
  const head = stateInHead(text);
  if (head !== null) return head.directory;
  const { configuredState } = await import("./configured-state.ts");
  return configuredState(file);
}
