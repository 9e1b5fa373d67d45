import { type Effect, type Identity, withLatestFolders } from "../model/generation.ts";
import { isSameObject } from "../model/object.ts";
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
interface Index {
  readonly made: ReadonlyMap<string, readonly MadeEffect[]>;
  readonly backups: ReadonlyMap<string, readonly BackupEffect[]>;
  /** The first one for each target. */
  readonly replaced: ReadonlyMap<string, ReplacedEffect>;
  /** When the directories that hold links were born. */
  readonly folders: ReadonlyMap<string, string | null>;
}

const indexes = new WeakMap<readonly Effect[], Index>();

function indexOf(effects: readonly Effect[]): Index {
  const known = indexes.get(effects);
  if (known !== undefined) return known;
  const backups = effects.filter((effect) => effect.kind === "backup");
  const index = {
    made: Map.groupBy(effects.filter(isMade), ({ path }) => path),
    backups: Map.groupBy(backups, ({ target }) => target),
    replaced: new Map(
      effects
        .filter((effect) => effect.kind === "replaced-file")
        .map((effect) => [effect.target, effect] as const)
        .reverse(),
    ),
    folders: new Map(
      effects.flatMap((effect) =>
        effect.kind === "holds-links" ? [[effect.path, effect.identity.birth] as const] : [],
      ),
    ),
  };
  indexes.set(effects, index);
  return index;
}

/** The effects that say imp made what is at `path`. */
export function madeAt(effects: readonly Effect[], path: string): readonly MadeEffect[] {
  return indexOf(effects).made.get(path) ?? [];
}

/** The backups of what was at `target`, the latest last. */
export function backupsOf(effects: readonly Effect[], target: string): readonly BackupEffect[] {
  return indexOf(effects).backups.get(target) ?? [];
}

/** The effect that says a file with the same content as the source stood at `target`. */
export function replacedAt(effects: readonly Effect[], target: string): ReplacedEffect | undefined {
  return indexOf(effects).replaced.get(target);
}

/**
 * True if the directory at `path` is the one that imp made links in. Its birth tells: on an overlay a directory's inode
 * number is not always the same.
 */
export function holdsLinks(effects: readonly Effect[], path: string, node: Node): boolean {
  const birth = indexOf(effects).folders.get(path);
  return node.kind === "directory" && birth !== undefined && birth !== null && node.identity.birth === birth;
}

/** What imp made at `path` once is gone, if it has to be made again in the very same place. */
export function endMade(draft: Draft, path: string): void {
  for (const effect of madeAt(draft.request.effects, path)) {
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
  return withLatestFolders([...draft.request.effects, ...draft.found]).filter((effect) => {
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
