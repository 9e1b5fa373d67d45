import { longestName } from "../model/path.ts";

/** A path that imp can use, or why it cannot: `reason` continues a sentence that begins with the path. */
export type PathReading =
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "refused"; readonly reason: string; readonly help: string };

/** PATH_MAX without its NUL: bytes in a whole path. */
export const longestPath = 4095;

/** Reads an absolute path without `.`, `..`, `//` and NUL; slashes at its end are dropped. `/` is a path, too. */
export function readPath(text: string): PathReading {
  if (text === "") return refused("is empty", 'write an absolute path such as "/var/log"');
  if (text.includes("\0")) return refused("contains a NUL character", "leave it out; no path can hold one");
  if (!text.startsWith("/")) return notAbsolute(text);
  const path = text.endsWith("/") ? text.replace(/\/+$/, "") : text;
  if (path === "") return { kind: "path", path: "/" };
  const odd = /\/(\.{0,2})(?:\/|$)/.exec(path)?.[1];
  if (odd === "") return refused("contains `//`", "write single slashes");
  if (odd === ".") return refused("contains `.` as a name", "leave the `.` out");
  if (odd === "..") {
    return refused(
      "contains `..` as a name",
      "write where it leads to; with symlinks in the path `..` is ambiguous",
    );
  }
  if (isLonger(path, longestName) && path.split("/").some((name) => isLonger(name, longestName)))
    return refused(`contains a name of more than ${longestName} bytes`, "no file can have that name");
  if (isLonger(path, longestPath)) return tooLong();
  return { kind: "path", path };
}

/** True if the text takes more bytes than that. */
export function isLonger(text: string, bytes: number): boolean {
  // A UTF-16 unit makes three bytes at most.
  return text.length * 3 > bytes && Buffer.byteLength(text) > bytes;
}

/** The refusal of a path with more than {@link longestPath} bytes. */
export function tooLong(): PathReading & { kind: "refused" } {
  return refused(`is longer than ${longestPath} bytes`, "no program could open it; choose a shorter path");
}

function notAbsolute(text: string): PathReading {
  if (text.startsWith("~")) {
    const [, name = "", rest = ""] = /^~([^/]*)(.*)$/s.exec(text) ?? [];
    const home = `/home/${name === "" ? "NAME" : name}${rest}`;
    return refused(
      "begins with `~`",
      `imp runs as root and does not expand ~; write ${JSON.stringify(home)}`,
    );
  }
  if (text.startsWith("$")) {
    return refused("is not an absolute path", "imp expands no variables; write the path in full, from / on");
  }
  return refused("is not an absolute path", `write the path in full, from / on, as in "/var/log"`);
}

function refused(reason: string, help: string): PathReading & { kind: "refused" } {
  return { kind: "refused", reason, help };
}
