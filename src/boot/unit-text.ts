import { encodePath } from "../linux/path-encoding.ts";

/** The longest name of a unit, in bytes (systemd.unit(5)). */
const longestUnitName = 255;

/**
 * The name of systemd's unit for a mount at this path, as `systemd-escape --path --suffix=mount` gives it; null where it
 * would be too long, for then systemd has no unit for that mount either.
 */
export function mountUnitName(path: string): string | null {
  const name = `${escapePath(path)}.mount`;
  return name.length > longestUnitName ? null : name;
}

/** The escaping of paths in systemd.unit(5): `/` becomes `-`, and all but ASCII letters, digits, `:`, `_`, `.` `\xNN`. */
function escapePath(path: string): string {
  if (path === "/") return "-";
  const escaped = [...encodePath(path.slice(1))].map((byte, index) => {
    const character = String.fromCharCode(byte);
    if (character === "/") return "-";
    const isPlain = /[A-Za-z0-9:_]/.test(character) || (character === "." && index > 0);
    return isPlain ? character : hexadecimal(byte);
  });
  return escaped.join("");
}

/** `\x20` */
function hexadecimal(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}

/**
 * A word of a command line in a unit file (systemd.service(5), "Command lines"): in quotes if need be, with C escapes for
 * bytes that can't stand there, `%%` for what would be a specifier, and `$$` for what would be a variable.
 */
export function unitWord(text: string): string {
  const escaped = escapeBytes(text).replaceAll("$", "$$$$");
  return escaped === text && /^[\w@+=:,./-]+$/.test(text) ? text : `"${escaped}"`;
}

/**
 * The path of a program at the start of a command line: no variables are looked for in it. systemd refuses some
 * characters there, however they are written.
 * @returns null if it can't be written
 */
export function unitProgram(path: string): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what systemd refuses (string_is_safe)
  if (/["'\\\u0000-\u001f\u007f]/.test(path)) return null;
  return quotedPath(path);
}

/** A path in quotes if need be, with C escapes and `%%`, where no variables are looked for. */
export function quotedPath(path: string): string {
  const escaped = escapeBytes(path);
  return /^[^\s"'\\]+$/.test(path) && escaped.length === path.length ? path : `"${escaped}"`;
}

/**
 * A path that is the rest of its line, as in `What=`: there is no way to write what would end the line, go on in the
 * next one, or be taken off its ends.
 * @returns null if it can't be written
 */
export function unitValue(path: string): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what ends lines, and what systemd takes off
  if (/[\u0000-\u001f\u007f]|^\s|\s$|\\$/.test(path) || !path.isWellFormed()) return null;
  return path.replaceAll("%", "%%");
}

function escapeBytes(text: string): string {
  const characters = [...text].map((character) => {
    if (character === "%") return "%%";
    if (character === "\\" || character === '"') return `\\${character}`;
    const code = character.codePointAt(0) ?? 0;
    // Control characters would end the line or the word; a lone surrogate stands for a byte that is not UTF-8.
    const isByte = code >= 0xdc80 && code <= 0xdcff;
    return code < 0x20 || code === 0x7f || isByte
      ? [...encodePath(character)].map(hexadecimal).join("")
      : character;
  });
  return characters.join("");
}
