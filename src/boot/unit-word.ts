import { encodePath } from "../linux/bytes.ts";
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
  const escaped = escapeBytes(path);
  return /\s/.test(path) || escaped !== path ? `"${escaped}"` : path;
}

/** A value that is one path, as in `What=`: no quotes are taken off and no variables looked for. */
export function unitPath(path: string): string {
  return escapeBytes(path);
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
