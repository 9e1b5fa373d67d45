import { encodePath } from "../linux/path-encoding.ts";
import { hexadecimal } from "./unit-name.ts";

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
