import type { Mount } from "../model/mount.ts";
import { asCharacters, isPlainTable, unescapeName } from "./escaped-name.ts";

/**
 * Reads the text of `/proc/self/mountinfo`: `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw`, with
 * space, tab, newline and backslash in names written as `\040`, `\011`, `\012` and `\134` (proc_pid_mountinfo(5)).
 * There may be thousands of lines, most of them alike: what a line has in common with the one before is not made anew.
 */
export function parseMountTable(bytes: Uint8Array): Mount[] {
  const text = asCharacters(bytes);
  const nameOf = isPlainTable(text) ? asItIs : unescapeName;
  const mounts: Mount[] = [];
  let device = "";
  let optionsText = "";
  let options: readonly string[] = [];
  let rest: string | null = null;
  let origin: Origin = { filesystem: "", from: "" };

  for (let start = 0; start < text.length; ) {
    const lineBreak = text.indexOf("\n", start);
    const end = lineBreak === -1 ? text.length : lineBreak;
    if (end === start) {
      start += 1;
      continue;
    }
    const afterId = fieldEnd(text, start, end);
    const afterParent = fieldEnd(text, afterId + 1, end);
    const afterDevice = fieldEnd(text, afterParent + 1, end);
    const afterRoot = fieldEnd(text, afterDevice + 1, end);
    const afterMountPoint = fieldEnd(text, afterRoot + 1, end);
    const afterOptions = fieldEnd(text, afterMountPoint + 1, end);

    if (!isThere(text, device, afterParent + 1, afterDevice))
      device = text.slice(afterParent + 1, afterDevice);
    if (!isThere(text, optionsText, afterMountPoint + 1, afterOptions)) {
      optionsText = text.slice(afterMountPoint + 1, afterOptions);
      options = optionsText.split(",");
    }
    if (rest === null || !isThere(text, rest, afterOptions, end)) {
      rest = text.slice(afterOptions, end);
      origin = originOf(rest, nameOf, text.slice(start, end));
    }
    const deleted = text.startsWith(deletedMark, afterRoot - deletedMark.length);
    mounts.push({
      id: Number(text.slice(start, afterId)),
      parent: Number(text.slice(afterId + 1, afterParent)),
      device,
      root: nameOf(text.slice(afterDevice + 1, deleted ? afterRoot - deletedMark.length : afterRoot)),
      deleted,
      mountPoint: nameOf(text.slice(afterRoot + 1, afterMountPoint)),
      options,
      filesystem: origin.filesystem,
      from: origin.from,
    });
    start = end + 1;
  }
  return mounts;
}

const deletedMark = "//deleted";

type Origin = Pick<Mount, "filesystem" | "from">;

/** Reads what comes after the options: optional fields, which vary in number, a hyphen, and what is mounted. */
function originOf(rest: string, nameOf: (field: string) => string, line: string): Origin {
  const fields = rest.split(" ");
  // Names never hold a bare space.
  const separator = fields.indexOf("-");
  if (separator === -1) throw new Error(`/proc/self/mountinfo has a line without a separator: ${line}`);
  return { filesystem: nameOf(fields[separator + 1] ?? ""), from: nameOf(fields[separator + 2] ?? "") };
}

/** Where the field ends that begins at `start`. */
function fieldEnd(text: string, start: number, lineEnd: number): number {
  const space = text.indexOf(" ", start);
  return space === -1 || space > lineEnd ? lineEnd : space;
}

function isThere(text: string, field: string, start: number, end: number): boolean {
  return field.length === end - start && text.startsWith(field, start);
}

function asItIs(field: string): string {
  return field;
}
