import type { Mount } from "../model/mount.ts";
import { asCharacters, unescapeName } from "./escaped-name.ts";

/**
 * Reads the text of `/proc/self/mountinfo`: `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw`, with
 * space, tab, newline and backslash in names written as `\040`, `\011`, `\012` and `\134` (proc_pid_mountinfo(5)).
 */
export function parseMountTable(bytes: Uint8Array): Mount[] {
  const mounts: Mount[] = [];
  for (const line of asCharacters(bytes).split("\n")) {
    if (line !== "") mounts.push(parseLine(line));
  }
  return mounts;
}

const deletedMark = "//deleted";

function parseLine(line: string): Mount {
  const fields = line.split(" ");
  const [id = "", parent = "", device = "", rootField = "", mountPoint = "", options = ""] = fields;
  // The optional fields before the hyphen vary in number; names never hold a bare space.
  const separator = fields.indexOf("-", 6);
  if (separator === -1) throw new Error(`/proc/self/mountinfo has a line without a separator: ${line}`);
  const deleted = rootField.endsWith(deletedMark);
  return {
    id: Number(id),
    parent: Number(parent),
    device,
    root: unescapeName(deleted ? rootField.slice(0, -deletedMark.length) : rootField),
    deleted,
    mountPoint: unescapeName(mountPoint),
    options: options.split(","),
    filesystem: unescapeName(fields[separator + 1] ?? ""),
    from: unescapeName(fields[separator + 2] ?? ""),
  };
}
