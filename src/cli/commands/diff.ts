import { differencesBetween } from "../../model/difference.ts";
import { emptyManifest, type Manifest } from "../../model/manifest.ts";
import { failure } from "../../model/problem.ts";
import { readIndex, type Store } from "../../state/store.ts";
import { loadConfiguration } from "../configuration.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import type { CommandInput } from "../program.ts";
import { diffJson, diffLines, diffTable, type Side, type SideLabels } from "../render/diff.ts";
import { stateLocation } from "../state-location.ts";
import { lookIntoState, namedGeneration } from "../state-reading.ts";

interface Compared {
  readonly side: Side;
  readonly label?: string;
  readonly manifest: Manifest;
}

/** `imp diff [A] [B]` */
export async function run(context: CommandContext, input: CommandInput<"diff">): Promise<CommandResult> {
  const [from, to] =
    input.from === null ? await withConfiguration(context) : await stored(context, input.from, input.to);
  const differences = differencesBetween(from.manifest, to.manifest);
  const sides = { from: from.side, to: to.side };
  const { paint } = context;
  context.out(
    context.isForPeople
      ? diffTable(differences, sides, { ...labelled("from", from), ...labelled("to", to) }, paint)
      : diffLines(differences, sides, paint),
  );
  context.json(() => diffJson(differences, sides));
  return 0;
}

function labelled(end: "from" | "to", { label }: Compared): SideLabels {
  return label === undefined ? {} : { [end]: label };
}

async function withConfiguration(context: CommandContext): Promise<readonly [Compared, Compared]> {
  const config = await loadConfiguration(context);
  const active = await lookIntoState(context, await stateLocation(context, config), activeOrNothing);
  return [active, { side: "configuration", manifest: config.manifest }];
}

async function stored(
  context: CommandContext,
  from: number,
  to: number | null,
): Promise<readonly [Compared, Compared]> {
  return lookIntoState(context, await stateLocation(context), (store) => [
    generation(store, from),
    generation(store, to ?? requireActive(store)),
  ]);
}

function activeOrNothing(store: Store): Compared {
  const { active } = readIndex(store);
  return active === null ? { side: "nothing", manifest: emptyManifest } : generation(store, active);
}

function generation(store: Store, number: number): Compared {
  const { label, manifest } = namedGeneration(store, number);
  return { side: number, manifest, ...(label === undefined ? {} : { label }) };
}

function requireActive(store: Store): number {
  const { active } = readIndex(store);
  if (active === null) throw failure(1, "No active generation", "name both generations: `imp diff A B`");
  return active;
}
