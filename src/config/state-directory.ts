import { readPath } from "./absolute-path.ts";
import { parsePlain } from "./toml.ts";

/**
 * `state_dir` of a configuration; null if it has none. Nothing else of the file is judged, and what stands behind the
 * head not even read where that can be helped: a mistake in an entry must not keep anyone from a rollback.
 *
 * @throws Failure (2) if it takes all of the file and that is no TOML, or if `state_dir` is no usable path
 */
export async function readStateDirectory(bytes: Uint8Array, file: string): Promise<string | null> {
  const text = new TextDecoder().decode(bytes);
  // A key may be written with escapes.
  if (!text.includes("state_dir") && !text.includes("\\")) return null;
  // All keys of the top stand before the first table, and what is TOML by itself means the same within the whole.
  const tables = `\n${text}`.search(/\n[ \t]*\[/);
  const directory =
    (tables === -1 ? undefined : plainStateDirectory(text.slice(0, tables))) ?? plainStateDirectory(text);
  if (directory !== undefined) return directory.path;
  const [{ decodeConfig }, { readPlacedStateDirectory }] = await Promise.all([
    import("./decode.ts"),
    import("./read-placed.ts"),
  ]);
  return readPlacedStateDirectory(decodeConfig(bytes, file), file);
}

/** `state_dir` by the plain values; undefined if it takes the parser that knows places to tell. */
function plainStateDirectory(text: string): { readonly path: string | null } | undefined {
  // Perhaps it was not UTF-8.
  const values = text.includes("\ufffd") ? null : parsePlain(text);
  if (values === null) return undefined;
  const value = values["state_dir"];
  if (value === undefined) return { path: null };
  const reading = typeof value === "string" ? readPath(value) : null;
  return reading?.kind === "path" && reading.path !== "/" ? { path: reading.path } : undefined;
}
