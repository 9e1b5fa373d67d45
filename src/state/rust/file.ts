import { normalized } from "../../model/path.ts";
import type { StateDirectory } from "../directory.ts";
import { replaceFile, syncNames } from "../durable-file.ts";
import { findMisfit, leaf, list, type Misfit, nullable, openObject, optional } from "../shape.ts";
import { damage, indexFile, readBytes } from "../state-file.ts";
import { configPath, isNormalPath, ordinal, truth } from "../values.ts";

/**
 * `generations.json` of the imp that was written in Rust: an array of everything that it ever applied. Its paths are
 * as people typed them, so they are made normal here.
 */

/** One generation of the Rust imp. */
export interface RustGeneration {
  readonly number: number;
  /** RFC 3339, as serde writes a chrono `DateTime`: nine digits of a second, and any offset. */
  readonly created_at: string;
  /** As given to `--config`, so it may be relative to a directory that is not known. */
  readonly config_path: string;
  readonly symlinks: readonly RustSymlink[];
  readonly active: boolean;
}

/** One entry: despite the name, a bind mount if the source is a directory. */
export interface RustSymlink {
  readonly source: string;
  readonly target: string;
  readonly backup_path?: string | null;
}

const path = leaf<string>("an absolute path below `/`", (value) => {
  if (typeof value !== "string" || !value.startsWith("/")) return false;
  const normal = normalized(value);
  return isNormalPath(normal) && normal !== "/";
});

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

const time = leaf<string>(
  "a time in RFC 3339",
  (value) => typeof value === "string" && rfc3339.test(value) && !Number.isNaN(Date.parse(value)),
);

/** Open objects: what a later Rust imp may have added says nothing about what stands where. */
const rustShape = list(
  openObject<RustGeneration>({
    number: ordinal,
    created_at: time,
    config_path: configPath,
    symlinks: list(
      openObject<RustSymlink>({ source: path, target: path, backup_path: optional(nullable(path)) }),
    ),
    active: truth,
  }),
);

/**
 * What the Rust imp's file holds, with normal paths, and with times in UTC.
 * @throws Unusable (1) if that is not what it should be
 */
export function rustGenerations(directory: StateDirectory, value: readonly unknown[]): RustGeneration[] {
  const misfit = findMisfit(rustShape, value) ?? contradictionIn(value as readonly RustGeneration[]);
  if (misfit !== null) throw damage(directory, indexFile, { kind: "misfit", misfit });
  return (value as readonly RustGeneration[]).map((generation) => ({
    ...generation,
    created_at: new Date(generation.created_at).toISOString(),
    symlinks: generation.symlinks.map(withNormalPaths),
  }));
}

function withNormalPaths({ source, target, backup_path: backup }: RustSymlink): RustSymlink {
  return {
    source: normalized(source),
    target: normalized(target),
    ...(backup === undefined ? {} : { backup_path: backup === null ? null : normalized(backup) }),
  };
}

function contradictionIn(all: readonly RustGeneration[]): Misfit | null {
  if (new Set(all.map(({ number }) => number)).size < all.length)
    return contradiction("a generation is listed twice");
  return all.filter(({ active }) => active).length > 1 ? contradiction("two generations are active") : null;
}

function contradiction(text: string): Misfit {
  return { keys: [], reason: { kind: "contradiction", contradiction: text } };
}

/**
 * Keeps the Rust imp's file, which is the index now, as `generations.json.rust`, or as `….rust.1` and so on if an older
 * one stands there; a copy, so that the original is in force until the new index takes its place.
 * @throws Failure (1)
 * @throws Unusable (1)
 */
export function keepRustFile(directory: StateDirectory): void {
  const bytes = readBytes(directory, indexFile);
  if (bytes === null) return;
  for (let count = 0; ; count += 1) {
    const name = `${indexFile.name}.rust${count === 0 ? "" : `.${count}`}`;
    const kept = readBytes(directory, { role: "copy", name });
    if (kept !== null && !Buffer.from(kept).equals(bytes)) continue;
    if (kept === null) replaceFile(directory, name, bytes);
    syncNames(directory);
    return;
  }
}
