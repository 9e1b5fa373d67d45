import { type Failure, failure } from "../../model/problem.ts";
import type { Store } from "../../state/store.ts";
import { recordedGoal } from "../change/request.ts";
import { bringAbout } from "../change/run.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import type { CommandInput } from "../program.ts";
import { stateLocation } from "../state-location.ts";

/** `imp restore` */
export async function run(context: CommandContext, input: CommandInput<"restore">): Promise<CommandResult> {
  const location = await stateLocation(context);
  return bringAbout(context, {
    command: "restore",
    location,
    dryRun: input.dryRun,
    lazy: input.lazy,
    createSources: "none",
    adoptReplaced: input.adoptReplaced,
    scope: { bestEffort: input.bestEffort, filesOnly: input.filesOnly },
    chooseGoal: (store, index, active) => {
      if (active === null) throw noActiveGeneration(store, location.path);
      return recordedGoal(index, active);
    },
  });
}

/** At boot, the likely reason is a persistent filesystem that is not there. */
function noActiveGeneration({ directory }: Store, path: string): Failure {
  if (directory !== null) return failure(1, "No active generation", "`imp apply` makes the first one");
  const help =
    "mount the filesystem that holds it; where imp was never used, `imp apply` makes the first generation";
  return failure(1, `No active generation: there is no state directory ${path}`, help);
}
