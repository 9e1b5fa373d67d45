import type { Entry } from "../model/manifest.ts";

/** The entries of two manifests, side by side. */
export interface Pairs {
  /** For each wanted entry, by its index, the active one with the same target. */
  readonly before: readonly (Entry | undefined)[];
  /** Active entries whose targets no wanted one has. */
  readonly gone: readonly Entry[];
}

/** Pairs entries by their targets. Two manifests are mostly alike, so neighbours of a pair are tried first. */
export function pairUp(active: readonly Entry[], wanted: readonly Entry[]): Pairs {
  if (active === wanted) return { before: active, gone: [] };
  const before: (Entry | undefined)[] = [];
  const isPaired = new Uint8Array(active.length);
  let indexes: Map<string, number> | null = null;
  let shift = 0;
  for (let at = 0; at < wanted.length; at += 1) {
    const target = wanted[at]?.target ?? "";
    let index: number | undefined = at + shift;
    if (active[index]?.target !== target) {
      indexes ??= new Map(active.map((entry, number) => [entry.target, number]));
      index = indexes.get(target);
    }
    before.push(index === undefined ? undefined : active[index]);
    if (index === undefined) continue;
    isPaired[index] = 1;
    shift = index - at;
  }
  return { before, gone: active.filter((_, index) => isPaired[index] === 0) };
}
