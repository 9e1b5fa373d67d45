import { failure } from "../../model/problem.ts";
import { readGeneration, readIndex } from "../../state/store.ts";
import { planAgainstLiveSystem } from "../change/plan.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import type { CommandInput } from "../program.ts";
import { isVerified, verifyJson, verifyLines } from "../render/verify.ts";
import { stateLocation } from "../state-location.ts";
import { lookIntoState } from "../state-reading.ts";

/** `imp verify`: the plan to the active generation has to be empty. */
export async function run(context: CommandContext, _input: CommandInput<"verify">): Promise<CommandResult> {
  const location = await stateLocation(context);
  return lookIntoState(context, location, (store) => {
    const index = readIndex(store);
    if (index.active === null) throw failure(1, "No active generation", "`imp apply` makes the first one");
    const { number, manifest } = readGeneration(store, index.active);
    const plan = planAgainstLiveSystem({
      active: manifest,
      effects: index.effects,
      wanted: manifest,
      createSources: "none",
      adoptReplaced: false,
    });
    const verification = { generation: number, entries: manifest.entries.length, plan };
    context.out(verifyLines(verification, context.paint));
    context.json(() => verifyJson(verification));
    return isVerified(verification) ? 0 : 1;
  });
}
