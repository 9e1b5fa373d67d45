import { encodePath } from "../linux/path-encoding.ts";

/** The longest name of a unit, in bytes (systemd.unit(5)). */
const longestName = 255;

/**
 * The name of systemd's unit for a mount at this path, as `systemd-escape --path --suffix=mount` gives it; null where it
 * would be too long, for then systemd has no unit for that mount either.
 */
export function mountUnitName(path: string): string | null {
  const name = `${escapePath(path)}.mount`;
  return name.length > longestName ? null : name;
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
export function hexadecimal(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}
