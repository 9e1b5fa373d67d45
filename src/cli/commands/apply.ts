import type { Config } from "../../config/judge.ts";
import { whyStateIsHidden } from "../../config/rules.ts";
import { differencesBetween } from "../../model/difference.ts";
import type { Generation, Index } from "../../model/generation.ts";
import { whyNoLabel } from "../../model/label.ts";
import { Failure, failure } from "../../model/problem.ts";
import { withGeneration } from "../../state/index-changes.ts";
import { conflictProblems } from "../change/problems.ts";
import type { Goal } from "../change/request.ts";
import { recordedGoal } from "../change/request.ts";
import { bringAbout } from "../change/run.ts";
import { loadConfiguration } from "../configuration.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import type { CommandInput } from "../program.ts";
import { stateLocation } from "../state-location.ts";

/** `imp apply` */
export async function run(context: CommandContext, input: CommandInput<"apply">): Promise<CommandResult> {
  const label = input.label?.trim();
  if (label !== undefined) refuseUnfit(label);
  const config = await loadConfiguration(context);
  const location = await stateLocation(context, config);
  const hiding = config.manifest.entries.flatMap((entry) => {
    const reason = whyStateIsHidden(entry.target, location.path);
    return reason === null ? [] : [{ ...reason, entry }];
  });
  if (hiding.length > 0) throw new Failure(2, await conflictProblems(config, hiding));
  return bringAbout(context, {
    command: "apply",
    location,
    dryRun: input.dryRun,
    lazy: input.lazy,
    createSources: input.skipValidation ? "all" : "asked",
    adoptReplaced: false,
    chooseGoal: (_store, index, active) =>
      input.ifChanged && active !== null && isSame(active, config)
        ? recordedGoal(index, active)
        : newGeneration(index, config, label),
  });
}

function isSame(active: Generation, config: Config): boolean {
  return differencesBetween(active.manifest, config.manifest).length === 0;
}

function refuseUnfit(label: string): void {
  const reason = whyNoLabel(label);
  if (reason !== null)
    throw failure(2, `the label ${reason}`, "write a short line, as in --label 'new disk'");
}

function newGeneration(index: Index, config: Config, label: string | undefined): Goal {
  const { path, text, manifest } = config;
  const number = index.next;
  const generation = {
    number,
    createdAt: new Date().toISOString(),
    configPath: path,
    ...(label === undefined ? {} : { label }),
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
