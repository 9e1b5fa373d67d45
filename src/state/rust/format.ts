import { normalized } from "../../model/path.ts";
import * as v from "../form.ts";
import { isNormalPath } from "../normal-path.ts";
import { configPathSchema, numberSchema } from "../schema.ts";

/**
 * `generations.json` of the imp that was written in Rust: an array of everything that it ever applied. Its paths are
 * as people typed them, so they are made normal here.
 */

const typedPath: v.Form<string> = v.pipe(
  v.transform(v.string(), (path) => (path.startsWith("/") ? normalized(path) : path)),
  v.check((path) => isNormalPath(path) && path !== "/", "not an absolute path below `/`"),
);

/** RFC 3339, as serde writes a chrono `DateTime`: nine digits of a second, and any offset. */
const typedTime: v.Form<string> = v.transform(
  v.pipe(
    v.string(),
    v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/),
    v.check((text) => !Number.isNaN(Date.parse(text)), "not a time"),
  ),
  (text) => new Date(text).toISOString(),
);

/** One generation of the Rust imp. */
export interface RustGeneration {
  readonly number: number;
  /** ISO 8601, UTC. */
  readonly created_at: string;
  /** As given to `--config`, so it may be relative to a directory that nobody knows. */
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

/** Not strict: what a later Rust imp may have added says nothing about what stands where. */
export const rustSchema: v.Form<readonly RustGeneration[]> = v.pipe(
  v.array(
    v.object({
      number: numberSchema,
      created_at: typedTime,
      config_path: configPathSchema,
      symlinks: v.array(
        v.object({
          source: typedPath,
          target: typedPath,
          backup_path: v.exactOptional(v.nullable(typedPath)),
        }),
      ),
      active: v.boolean(),
    }),
  ),
  v.check((all) => new Set(all.map((one) => one.number)).size === all.length, "a generation is listed twice"),
  v.check((all) => all.filter((one) => one.active).length <= 1, "two generations are active"),
);
