import { type PartialPlan, planPartly, type Scope } from "../../src/plan/extras/best-effort.ts";
import { complaints } from "./appearance.ts";
import { checkUndoing, expectNone } from "./checks.ts";
import { carryOutChecked, requestFor, type Story } from "./story.ts";

/**
 * Restores what can be restored, as at boot, and checks all that imp promises of it: what is brought about is as wanted,
 * the rest is not touched, and a second time there is nothing to do, for the same reasons.
 */
export function restorePartly(story: Story, scope: Scope): PartialPlan {
  story.commands += 1;
  const whole = story.active;
  const part = planPartly(requestFor(story, whole, { createSources: "none" }), scope, []);
  const { plan, wanted } = part;
  if (plan.conflicts.length > 0) return part;
  checkUndoing(story.world, plan);
  // For those that are left out, nothing may have happened: they are nobody's for as long.
  story.active = wanted;
  carryOutChecked(story, wanted, plan);
  story.active = whole;
  if (!scope.filesOnly) expectNone("it does not look as wanted", complaints(story.world, wanted), plan);
  const again = planPartly(requestFor(story, whole, { createSources: "none" }), scope, []);
  expectNone("a second time there is something to do", [...again.plan.steps, ...again.plan.conflicts], plan);
  const reasons = new Set(part.leftOut.map(({ serves }) => serves));
  const others = again.leftOut.filter(({ serves }) => !reasons.has(serves));
  expectNone("a second time more is left out", others, plan);
  return part;
}
