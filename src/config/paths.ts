import { isAtOrBelow } from "../model/path.ts";
import { longestPath, readPath, tooLong } from "./absolute-path.ts";
import type { Reader } from "./reader.ts";
import type { Located } from "./schema.ts";
import { shown } from "./shown.ts";

/** The kernel's own filesystems: what appears there cannot be kept, and mounts there break the system. */
const kernelDirectories = ["/proc", "/sys", "/dev"];

/** Reads the path of a persistence root or of the state directory, which `what` names. */
export function readOwnPath(reader: Reader, what: string, { value, at }: Located<string>): string | null {
  const reading = readPath(value);
  if (reading.kind === "refused") {
    return reader.refuse(
      at,
      `${what}${value === "" ? "" : ` \`${shown(value)}\``} ${reading.reason}`,
      reading.help,
    );
  }
  if (reading.path !== "/") return reading.path;
  return reader.refuse(at, `${what} cannot be \`/\``, "name a directory on a filesystem that persists");
}

/** Reads where an entry appears. */
export function readTarget(reader: Reader, { value, at }: Located<string>): string | null {
  const reading = readPath(value);
  if (reading.kind === "refused") {
    const subject = value === "" ? "the path" : `\`${shown(value)}\``;
    return reader.refuse(at, `${subject} ${reading.reason}`, reading.help);
  }
  const { path } = reading;
  if (path === "/") return reader.refuse(at, "`/` cannot be a target", "name what is to persist below it");
  const kernelDirectory = kernelDirectories.find((directory) => isAtOrBelow(path, directory));
  if (kernelDirectory === undefined) return path;
  const message = `${shown(path)} cannot be a target: ${kernelDirectory} belongs to the kernel`;
  return reader.refuse(at, message, "leave it out; the kernel makes it anew at every boot");
}

/** Among paths one below the other: what may be wrong with one. A UTF-16 unit makes three bytes at most. */
const unusual = new RegExp(
  [
    "^(?!/)",
    // An empty name, `.`, `..`, or one that may have too many bytes.
    String.raw`/(?:\.{0,2}(?:/|$)|[^/]{64})`,
    `^(?:${kernelDirectories.join("|")})(?:/|$)`,
    "^.{1024}",
    String.raw`\0`,
  ].join("|"),
  "m",
);

/**
 * True only if {@link readTarget} would take each of the texts as it stands, and {@link readSource} what it makes of it.
 * Quicker than asking them thousands of times. The texts are single lines.
 */
export function areUsualTargets(root: string, texts: readonly string[]): boolean {
  return root.length < 256 && !unusual.test(texts.join("\n"));
}

/** Where the entry of that target is stored. */
export function readSource(
  reader: Reader,
  root: string,
  target: string,
  { at }: Located<string>,
): string | null {
  const source = root + target;
  if (Buffer.byteLength(source) <= longestPath) return source;
  const { reason, help } = tooLong();
  return reader.refuse(at, `the source of ${shown(target)} ${reason}`, help);
}
