import type { Manifest } from "../../model/manifest.ts";
import type { Conflict, Plan } from "../../model/plan.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import type { Paint } from "./paint.ts";
import { planLines, stepLines, summaryLine } from "./plan.ts";
import { stepJson } from "./step.ts";

/** What `apply`, `switch`, `rollback` and `restore` did, or would do. */
export interface ChangeReport {
  readonly command: "apply" | "switch" | "rollback" | "restore";
  readonly dryRun: boolean;
  /** The generation that is active now, or would be: null for one that a dry run does not make. */
  readonly generation: number | null;
  /** The generation that was active before. */
  readonly previous: number | null;
  /** What the plan is for: everything, but for what is left out. */
  readonly wanted: Manifest;
  readonly plan: Plan;
  /** The entries that were left as they are, each with the reason. */
  readonly leftOut: readonly Conflict[];
}

/**
 * For a dry run the steps; otherwise one line: `Generation 3 is active: 3 mounted, 1 linked, 2 unchanged`.
 * @param details the steps too, before that line
 */
export function changeLines(
  { dryRun, generation, wanted, plan, leftOut }: ChangeReport,
  paint: Paint,
  details: { readonly verbose: boolean },
): string[] {
  const count = plan.conflicts.length;
  if (dryRun && count > 0)
    return [`Refused: ${count} ${count === 1 ? "conflict" : "conflicts"}, so nothing would be done.`];
  const steps = !dryRun && details.verbose ? stepLines(plan, paint) : [];
  const lines = dryRun
    ? planLines(plan, wanted, paint)
    : [...steps, `${paint.bold(`Generation ${generation} is active`)}: ${summaryLine(plan, wanted, "done")}`];
  const left = leftOut.length === 0 ? "" : `, ${paint.red(`${leftOut.length} left out`)}`;
  return [...lines.slice(0, -1), `${lines.at(-1)}${left}`];
}

/** A dry run that meets conflicts is not `ok`: the command itself would refuse. */
export function changeJson(report: ChangeReport): JsonObject {
  const { command, dryRun, generation, previous, plan, leftOut } = report;
  return {
    ok: plan.conflicts.length + leftOut.length === 0,
    command,
    dryRun,
    generation,
    previous,
    leftOut: leftOut.map(remarkJson),
    ...planJson(plan),
  };
}

/** What the objects of `verify` and of all changing commands say of their plan. */
export function planJson({
  steps,
  afterwards,
  conflicts,
  notices,
}: Pick<Plan, "steps" | "afterwards" | "conflicts" | "notices">): {
  readonly steps: JsonValue;
  readonly conflicts: JsonValue;
  readonly notices: JsonValue;
} {
  return {
    steps: [...steps, ...afterwards].map(stepJson),
    conflicts: conflicts.map(remarkJson),
    notices: notices.map(remarkJson),
  };
}

function remarkJson(remark: {
  readonly serves: string;
  readonly message: string;
  readonly help?: string;
}): JsonValue {
  return { entry: remark.serves, message: remark.message, help: remark.help ?? null };
}
