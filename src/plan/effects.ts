import type { Effect, Identity } from "../model/generation.ts";
import type { Node } from "../model/observation.ts";
import type { Step } from "../model/plan.ts";
import type { Draft } from "./draft.ts";

export type MadeEffect = Extract<Effect, { kind: "created-directory" | "created-file" }>;
export type BackupEffect = Extract<Effect, { kind: "backup" }>;

export function isMade(effect: Effect): effect is MadeEffect {
  return effect.kind === "created-directory" || effect.kind === "created-file";
}

/** True if the node is the very object of that identity. */
export function isObject(node: Node, { inode, birth }: Identity): boolean {
  return "identity" in node && node.identity.inode === inode && node.identity.birth === birth;
}

const indexes = new WeakMap<readonly Effect[], ReadonlyMap<string, readonly MadeEffect[]>>();

/** The effects that say imp made what is at `path`. Asked for each entry, so looked up in an index. */
export function madeAt(effects: readonly Effect[], path: string): readonly MadeEffect[] {
  const known = indexes.get(effects);
  const index = known ?? Map.groupBy(effects.filter(isMade), (effect) => effect.path);
  if (known === undefined) indexes.set(effects, index);
  return index.get(path) ?? [];
}

/** What imp made at `path` once is gone, if it has to be made again. */
export function endMade(draft: Draft, path: string): void {
  for (const effect of madeAt(draft.request.effects, path)) draft.endedEffects.add(effect);
}

/** Steps after which what stands at a target is imp's, whatever stood there before. */
const appearances: ReadonlySet<Step["kind"]> = new Set([
  "mount",
  "link",
  "exchange-for-link",
  "replace-file",
]);

/** Earlier effects that stay in force, and what was found as wanted. */
export function effectsKept(draft: Draft): Effect[] {
  const appeared = new Set(
    draft.additionSteps.filter((step) => appearances.has(step.kind)).map((step) => step.serves),
  );
  const known = new Set<string>();
  return [...draft.request.effects, ...draft.found].filter((effect) => {
    if (draft.endedEffects.has(effect)) return false;
    if (effect.kind !== "found" && effect.kind !== "replaced-file") return true;
    const key = `${effect.kind} ${effect.target}`;
    if (appeared.has(effect.target) || known.has(key)) return false;
    known.add(key);
    return true;
  });
}
