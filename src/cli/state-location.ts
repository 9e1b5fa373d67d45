import { usualPlaces } from "../config/usual-places.ts";
import { leadsToNothing } from "../linux/stat.ts";
import { type Trusted, trustedBy } from "../state/caller.ts";
import { locateState } from "../state/locate.ts";
import type { StoreLocation } from "../state/store.ts";
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
  const configured = needsConfig ? await configuredDirectory(context, trusted) : config?.stateDirectory;
  return {
    path: locateState({ option, configured }, surroundings),
    trusted,
    onAltered: alteredFileReporter(context),
  };
}

/** Says once of each file that it was altered. */
function alteredFileReporter(context: CommandContext): (path: string) => void {
  const said = new Set<string>();
  return (path) => {
    if (said.has(path)) return;
    said.add(path);
    const message = `${path} is not as imp wrote it: its checksum is another one`;
    const help =
      "if you changed the file, take the line with the checksum out; if not, the disk or the memory may be failing";
    context.report([{ severity: "warning", message, help }]);
  };
}

/** What it takes to read a configuration is loaded only if there is one. */
async function configuredDirectory(
  context: CommandContext,
  trusted: Trusted | null,
): Promise<string | undefined> {
  if (hasNoConfig(context)) return undefined;
  const { stateOfConfigIfAny } = await import("./state-key.ts");
  return (await stateOfConfigIfAny(context, trusted)) ?? undefined;
}

/** True only if nobody named a configuration, and no path leads to one in the usual places. */
function hasNoConfig({ global, environment, workingDirectory }: CommandContext): boolean {
  if (global.config !== null || (environment["IMP_CONFIG"] ?? "") !== "") return false;
  for (const place of usualPlaces(workingDirectory)) if (!leadsToNothing(place)) return false;
  return true;
}
