import type { Config } from "../../config/read.ts";
import { checkStateDirectory } from "../../config/state-directory.ts";
import { differencesBetween } from "../../model/difference.ts";
import type { Generation, Index } from "../../model/generation.ts";
import { Failure } from "../../model/problem.ts";
import { withGeneration } from "../../state/index-changes.ts";
import { bringAbout, type Goal } from "../change.ts";
import { loadConfiguration } from "../configuration.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import { recordedGoal } from "../goals.ts";
import type { CommandInput } from "../program.ts";
import { stateLocation } from "../state-location.ts";

/** `imp apply` */
export async function run(context: CommandContext, input: CommandInput<"apply">): Promise<CommandResult> {
  const config = await loadConfiguration(context);
  const location = await stateLocation(context, config);
  const hiding = checkStateDirectory(config.manifest, config.text, config.path, location.path);
  if (hiding.length > 0) throw new Failure(2, hiding);
  return bringAbout(context, {
    command: "apply",
    location,
    dryRun: input.dryRun,
    lazy: input.lazy,
    createSources: input.skipValidation,
    adoptReplaced: false,
    chooseGoal: (_store, index, active) =>
      input.ifChanged && active !== null && isSame(active, config)
        ? recordedGoal(index, active)
        : newGeneration(index, config),
  });
}

function isSame(active: Generation, config: Config): boolean {
  return differencesBetween(active.manifest, config.manifest).length === 0;
}

function newGeneration(index: Index, config: Config): Goal {
  const { path, text, manifest } = config;
  const number = index.next;
  const generation = {
    number,
    createdAt: new Date().toISOString(),
    configPath: path,
    configText: text,
    manifest,
  };
  return {
    manifest,
    config: { path, text },
    number,
    record: (effects) => ({ index: withGeneration(index, generation, effects), generation }),
  };
}
