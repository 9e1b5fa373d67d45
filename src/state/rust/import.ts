import type { Effect, Generation, Index } from "../../model/generation.ts";
import type { Entry } from "../../model/manifest.ts";
import { isBelow, parentOf } from "../../model/path.ts";
import { summaryOf } from "../index-changes.ts";
import type { RustGeneration, RustSymlink } from "./file.ts";

/** What the Rust imp's file does not tell. */
export interface RustContext {
  /** What an entry was: directories were bind mounts, files symlinks. */
  readonly kindOf: (source: string, target: string) => "directory" | "linked-file";
  /** The text of a configuration as it is now; null if it can't be read. */
  readonly configText: (path: string) => string | null;
}

export interface Imported {
  readonly index: Index;
  readonly generations: readonly Generation[];
}

/**
 * Converts what the Rust imp recorded. Numbers and times stay; the backups of the active generation become effects.
 * Which generation was active before is not known, and which directories imp created neither, so those stay for good.
 */
export function importRust(recorded: readonly RustGeneration[], context: RustContext): Imported {
  const ordered = recorded.toSorted((left, right) => left.number - right.number);
  const generations = ordered.map((generation) => convert(generation, context));
  const active = ordered.find((generation) => generation.active);
  return {
    generations,
    index: {
      serial: 0,
      active: active?.number ?? null,
      previous: null,
      next: (ordered.at(-1)?.number ?? 0) + 1,
      generations: generations.map(summaryOf),
      effects: active === undefined ? [] : backupsOf(active),
    },
  };
}

function convert(recorded: RustGeneration, context: RustContext): Generation {
  const text = context.configText(recorded.config_path);
  const origin = `# Generation ${recorded.number} was made by the Rust imp, which kept no text of its configuration.\n`;
  const note =
    text === null
      ? `# It came from ${onOneLine(recorded.config_path)}, which could not be read.\n`
      : `# This is ${onOneLine(recorded.config_path)} as it was when the generation was carried over.\n`;
  return {
    number: recorded.number,
    createdAt: recorded.created_at,
    configPath: recorded.config_path,
    configText: `${origin}${note}${text ?? ""}`,
    manifest: { entries: distinct(recorded.symlinks).map((link) => entryOf(link, context)) },
  };
}

/** The last one of a target is the one that the Rust imp left in place. */
function distinct(links: readonly RustSymlink[]): RustSymlink[] {
  return [...new Map(links.map((link) => [link.target, link])).values()];
}

function entryOf({ source, target }: RustSymlink, context: RustContext): Entry {
  const base = {
    root: rootOf(source, target),
    target,
    source,
    backup: false,
    createParents: true,
    createSources: false,
  };
  const kind = context.kindOf(source, target);
  return kind === "directory" ? { kind, ...base, options: [], hidden: false } : { kind, ...base };
}

/** Sources are root + target; of any other one the root is a guess that nothing depends on. */
function rootOf(source: string, target: string): string {
  const root = source.endsWith(target) ? source.slice(0, source.length - target.length) : "";
  return root !== "" && isBelow(source, root) ? root : parentOf(source);
}

function backupsOf(active: RustGeneration): Effect[] {
  return distinct(active.symlinks).flatMap(({ target, backup_path: backup }) =>
    backup === undefined || backup === null ? [] : [{ kind: "backup" as const, target, backup }],
  );
}

function onOneLine(path: string): string {
  return path.replace(/\p{C}/gu, "\uFFFD");
}
