import { readPath } from "./absolute-path.ts";
import { reservedKeys } from "./reserved-keys.ts";

/**
 * The state directory by the head of a configuration: the lines before its first table, for all keys of the top stand
 * there. Loading the parser and reading thousands of lines takes longer than all else that `imp list` does.
 *
 * Only the plainest lines are understood: blank ones, comments, and `key = VALUE` with a bare key and `true`, `false` or
 * a text without escapes. Of a text with any other line, a key given twice, or a path that is no good, nothing is said.
 * What stands behind the head is not looked at: no TOML there can set `state_dir`, be it right or wrong.
 *
 * @returns null if it takes the parser to tell
 */
export function stateInHead(text: string): { readonly directory: string | null } | null {
  const keys = new Set<string>();
  let directory: string | null = null;
  for (let start = 0; start < text.length; ) {
    const lineBreak = text.indexOf("\n", start);
    const end = lineBreak === -1 ? text.length : lineBreak;
    const line = text.slice(start, lineBreak > start && text[end - 1] === "\r" ? end - 1 : end);
    start = end + 1;
    if (tableBegins.test(line)) break;

    const parts = plainLine.exec(line)?.groups;
    if (parts === undefined) return null;
    const { key, basic, literal } = parts;
    if (key === undefined) continue;
    if (keys.has(key) || reservedKeys.has(key)) return null;
    keys.add(key);
    if (key !== "state_dir") continue;
    const reading = readPath(basic ?? literal ?? "");
    if (reading.kind === "refused" || reading.path === "/") return null;
    directory = reading.path;
  }
  return { directory };
}

const tableBegins = /^[ \t]*\[/;

/** No control characters but tabs: TOML allows few of them, and nobody needs one. */
const plainLine =
  /^[ \t]*(?:(?<key>[A-Za-z_][\w-]*)[ \t]*=[ \t]*(?:true|false|"(?<basic>[^"\\\p{Cc}]*)"|'(?<literal>[^'\p{Cc}]*)')[ \t]*)?(?:#(?:\P{Cc}|\t)*)?$/u;
