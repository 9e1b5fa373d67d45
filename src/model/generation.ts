import type { Manifest } from "./manifest.ts";
import type { Access, Identity } from "./object.ts";

/** A numbered, immutable manifest with the configuration text that it came from. */
export interface Generation {
  readonly number: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly configPath: string;
  /** What a person said about it (see `label.ts`). */
  readonly label?: string;
  readonly configText: string;
  readonly manifest: Manifest;
}

/** What the index keeps of a generation, so that `list` reads nothing else. */
export interface GenerationSummary {
  readonly number: number;
  readonly createdAt: string;
  readonly configPath: string;
  readonly label?: string;
  readonly entries: number;
}

/** What imp did to make room, and what it therefore may take away again. */
export type Effect =
  | { readonly kind: "backup"; readonly target: string; readonly backup: string }
  | { readonly kind: "created-directory"; readonly path: string; readonly identity: Identity }
  | { readonly kind: "created-file"; readonly path: string; readonly identity: Identity }
  /** A file with the same bytes as the source stood at the target; a copy of the source comes back when the entry goes. */
  | { readonly kind: "replaced-file"; readonly target: string; readonly access: Access }
  /** A directory that symlinks of imp's are in: what is in the place of one there came after it. */
  | { readonly kind: "holds-links"; readonly path: string; readonly identity: Identity }
  /** Stood at the target already, just as wanted: not made by imp, and not removed by it. */
  | { readonly kind: "found"; readonly target: string };

/** All effects, of each directory that holds links only what is said last. */
export function withLatestFolders(effects: readonly Effect[]): Effect[] {
  const latest = new Map<string, Effect>();
  for (const effect of effects) if (effect.kind === "holds-links") latest.set(effect.path, effect);
  return effects.filter((effect) => effect.kind !== "holds-links" || latest.get(effect.path) === effect);
}

/** `generations.json`: the commit point of every command. */
export interface Index {
  /** How often a command was put on record: tells whether a journal's command was. */
  readonly serial: number;
  /** The number of the active generation. */
  readonly active: number | null;
  /** The generation that was active before the active one, for `rollback`. */
  readonly previous: number | null;
  /** The number that the next generation gets; numbers are never used twice. */
  readonly next: number;
  readonly generations: readonly GenerationSummary[];
  /** The effects now in force. */
  readonly effects: readonly Effect[];
}

export const emptyIndex: Index = {
  serial: 0,
  active: null,
  previous: null,
  next: 1,
  generations: [],
  effects: [],
};
