import type { Effect } from "../model/generation.ts";
import { type Identity, isSameObject } from "../model/object.ts";
import type { Node, Observed } from "../model/observation.ts";

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
