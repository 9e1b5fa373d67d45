import type { Effect } from "../model/generation.ts";
import type { Entry } from "../model/manifest.ts";
import { ancestorsOf } from "../model/path.ts";
import type { Draft, PlanRequest } from "./draft.ts";
import type { Place } from "./place.ts";
import { type Relation, relationTo } from "./relation.ts";
import { findSettled, type Settled } from "./settled.ts";
import { keyOf } from "./ways.ts";

/** A request without the entries that are settled, and without their effects, which stay in force. */
export interface Apart {
  readonly request: PlanRequest;
  /** The effects that the request is really about. */
  readonly effects: ReadonlySet<Effect>;
}

/**
 * The same request without the settled entries, if a plan for the others is the same with and without them: when nothing
 * that may happen concerns them. Null if they are too few, or if that is not certain.
 */
export function setApart(request: PlanRequest): Apart | null {
  const settled = findSettled(request);
  if (settled === null || meetEachOther(settled, request)) return null;
  const relation = relationTo(settled, request.observed);
  const others = effectsOfOthers(request.effects, settled, relation);
  if (others === null) return null;
  const entries = [...settled.active, ...settled.wanted];
  // The owner of a directory that others lie in is everybody's business.
  if (entries.some(({ parentDirectory }) => parentDirectory !== undefined)) return null;
  for (const path of pathsOf(entries, others)) if (relation.concerns(path)) return null;
  return {
    request: {
      ...request,
      active: { entries: settled.active },
      wanted: { entries: settled.wanted },
      // Links of several entries may be in one folder.
      effects: request.effects.filter((effect) => effect.kind === "holds-links" || others.has(effect)),
    },
    effects: others,
  };
}

/** True if a symlink will be on the way to something that is planned, though none is now: it may lead to settled entries. */
export function willBeMoved({ request, present, survey }: Draft): boolean {
  const { active, wanted, effects } = request;
  for (const path of pathsOf([...active.entries, ...wanted.entries], effects)) {
    if (survey.ways.locate(path).path !== path || present.ways.locate(path).path !== path) return true;
  }
  return false;
}

function pathsOf(entries: readonly Entry[], effects: Iterable<Effect>): Set<string> {
  const paths = new Set<string>();
  for (const { target, source } of entries) paths.add(target).add(source);
  for (const effect of effects) {
    paths.add("path" in effect ? effect.path : effect.target);
    if (effect.kind === "backup") paths.add(effect.backup);
  }
  return paths;
}

/** True if settled entries may have to do with each other in another way than that one lies in the other. */
function meetEachOther(settled: Settled, { observed }: PlanRequest): boolean {
  const { entries, links, targets, sources } = settled;
  for (const source of sources) {
    if (targets.has(source) || [source.path, ...ancestorsOf(source.path)].some((path) => entries.has(path))) {
      return true;
    }
  }
  const keys = new Set([...links].map(({ path }: Place) => keyOf(observed.mounts, { path, beneath: null })));
  return keys.size < links.size;
}

/** The effects that are not the business of settled entries; null if any are on record twice. */
function effectsOfOthers(
  effects: readonly Effect[],
  { entries, links }: Settled,
  { aboveTargets }: Relation,
): Set<Effect> | null {
  const others = new Set<Effect>();
  const once = new Set<string>();
  const linkFolders = new Set([...links].map(({ path }) => path));

  function isOfSettled(effect: Effect): boolean {
    switch (effect.kind) {
      case "created-directory":
        return aboveTargets.has(effect.path) || entries.get(effect.path)?.kind === "directory";
      case "created-file":
        return entries.get(effect.path)?.kind === "bound-file";
      case "holds-links":
        return linkFolders.has(effect.path);
      case "backup":
        return entries.has(effect.target);
      case "replaced-file":
        return entries.get(effect.target)?.kind === "linked-file";
      case "found":
        return false;
    }
  }

  for (const effect of effects) {
    if (effect.kind === "holds-links" || effect.kind === "replaced-file") {
      const key = `${effect.kind} ${"path" in effect ? effect.path : effect.target}`;
      if (once.has(key)) return null;
      once.add(key);
    }
    if (!isOfSettled(effect)) others.add(effect);
  }
  return others;
}
