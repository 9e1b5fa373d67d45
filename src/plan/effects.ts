import { type Effect, withLatestFolders } from "../model/generation.ts";
import { type Identity, isSameObject } from "../model/object.ts";
import type { Node, Observed } from "../model/observation.ts";
import { parentOf } from "../model/path.ts";
import type { Step } from "../model/plan.ts";
import type { Draft } from "./draft.ts";

export type MadeEffect = Extract<Effect, { kind: "created-directory" | "created-file" }>;
export type BackupEffect = Extract<Effect, { kind: "backup" }>;

type ReplacedEffect = Extract<Effect, { kind: "replaced-file" }>;

export function isMade(effect: Effect): effect is MadeEffect {
  return effect.kind === "created-directory" || effect.kind === "created-file";
}

/** True if the node is the very object of that identity. */
export function isObject(node: Node, identity: Identity, { mounts }: Observed): boolean {
  if (!("identity" in node)) return false;
  return isSameObject({ ...node, isDirectory: node.kind === "directory" }, identity, () => mounts.mounts);
}

/** Effects by their path, as they are asked for with each entry. */
export interface EffectIndex {
  readonly all: readonly Effect[];
  /** The effects that say imp made what is at `path`. */
  madeAt(path: string): readonly MadeEffect[];
  /** The backups of what was at `target`, the latest last. */
  backupsOf(target: string): readonly BackupEffect[];
  /** The effect that says a file with the same content as the source stood at `target`; of several the first. */
  replacedAt(target: string): ReplacedEffect | undefined;
  /**
   * True if the directory at `path` is the one that imp made links in. Its birth tells: on an overlay a directory's
   * inode number is not always the same.
   */
  holdsLinks(path: string, node: Node): boolean;
}

export function indexOf(all: readonly Effect[]): EffectIndex {
  const made = Map.groupBy(all.filter(isMade), ({ path }) => path);
  const backups = Map.groupBy(
    all.filter((effect) => effect.kind === "backup"),
    ({ target }) => target,
  );
  const births = new Map<string, string | null>();
  const replaced = new Map<string, ReplacedEffect>();
  for (const effect of all) {
    if (effect.kind === "holds-links") births.set(effect.path, effect.identity.birth);
    else if (effect.kind === "replaced-file" && !replaced.has(effect.target)) {
      replaced.set(effect.target, effect);
    }
  }
  return {
    all,
    madeAt: (path) => made.get(path) ?? [],
    backupsOf: (target) => backups.get(target) ?? [],
    replacedAt: (target) => replaced.get(target),
    holdsLinks(path, node) {
      const birth = births.get(path);
      return (
        node.kind === "directory" && birth !== undefined && birth !== null && node.identity.birth === birth
      );
    },
  };
}

/** What imp made at `path` once is gone, if it has to be made again in the very same place. */
export function endMade(draft: Draft, path: string): void {
  for (const effect of draft.effects.madeAt(path)) {
    if (draft.presumed.has(effect)) draft.endedEffects.add(effect);
  }
}

/** Steps after which what stands at a target is imp's, whatever stood there before. */
const appearances: ReadonlySet<Step["kind"]> = new Set([
  "mount",
  "link",
  "exchange-for-link",
  "replace-file",
]);

/** The directories that wanted symlinks are in. */
function linkFolders(draft: Draft): Set<string> {
  const linked = draft.request.wanted.entries.filter(({ kind }) => kind === "linked-file");
  return new Set(linked.map(({ target }) => parentOf(target)));
}

/** Earlier effects that stay in force, and what was found as wanted. */
export function effectsKept(draft: Draft): Effect[] {
  const appeared = new Set(
    draft.additionSteps.filter((step) => appearances.has(step.kind)).map((step) => step.serves),
  );
  const known = new Set<string>();
  const folders = linkFolders(draft);
  return withLatestFolders([...draft.effects.all, ...draft.found]).filter((effect) => {
    if (draft.endedEffects.has(effect)) return false;
    if (effect.kind === "holds-links") return folders.has(effect.path);
    if (effect.kind !== "found" && effect.kind !== "replaced-file") return true;
    const key = `${effect.kind} ${effect.target}`;
    if (appeared.has(effect.target) || known.has(key)) return false;
    known.add(key);
    return true;
  });
}

/** The effects that stay in force: those of a plan, and those that it was not told of, in their old order. */
export function withWithheld(
  all: readonly Effect[],
  told: ReadonlySet<Effect>,
  kept: readonly Effect[],
): Effect[] {
  const [known, stays] = [new Set(all), new Set(kept)];
  return [
    ...all.filter((effect) => stays.has(effect) || !told.has(effect)),
    ...kept.filter((effect) => !known.has(effect)),
  ];
}
