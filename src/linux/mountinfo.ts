import type { Mount } from "../model/mount.ts";
import { discard, readByPath } from "./file-io.ts";
import { asCharacters, unescapeName } from "./path-encoding.ts";

/** All mounts of this mount namespace. */
export function readMounts(): Mount[] {
  const bytes = readByPath("/proc/self/mountinfo");
  const mounts = parseMountTable(bytes);
  discard(bytes);
  return mounts;
}

/**
 * Reads the text of `/proc/self/mountinfo`: `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw`, with
 * space, tab, newline and backslash in names written as `\040`, `\011`, `\012` and `\134` (proc_pid_mountinfo(5)).
 */
export function parseMountTable(bytes: Uint8Array): Mount[] {
  return asCharacters(bytes)
    .split("\n")
    .filter((line) => line !== "")
    .map(parseLine);
}

const deletedMark = "//deleted";

function parseLine(line: string): Mount {
  // Names never hold a bare space.
  const fields = line.split(" ");
  const [id, parent, device = "", root = "", mountPoint = "", options = ""] = fields;
  // The optional fields before the hyphen vary in number.
  const separator = fields.indexOf("-", 6);
  if (separator === -1) throw new Error(`/proc/self/mountinfo has a line without a separator: ${line}`);
  const deleted = root.endsWith(deletedMark);
  return {
    id: Number(id),
    parent: Number(parent),
    device,
    root: unescapeName(deleted ? root.slice(0, -deletedMark.length) : root),
    deleted,
    mountPoint: unescapeName(mountPoint),
    options: options.split(","),
    filesystem: unescapeName(fields[separator + 1] ?? ""),
    from: unescapeName(fields[separator + 2] ?? ""),
  };
}
