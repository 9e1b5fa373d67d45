import type { Mount } from "../model/mount.ts";
import { discard, readByPath } from "./file-io.ts";
import { asCharacters, asPlainCharacters, unescapeName } from "./path-encoding.ts";

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
  const plainText = asPlainCharacters(bytes);
  const plain = plainText !== null;
  const text = plainText ?? asCharacters(bytes);
  const mayBeDeleted = text.includes(deletedMark);
  const mounts: Mount[] = [];
  let middle: Middle = noMiddle;
  let tail: Tail = noTail;
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    const newline = text.indexOf("\n", start);
    end = newline === -1 ? text.length : newline;
    if (end === start) continue;
    // Names never hold a bare space, so what lies between two is one field.
    const middleAt = text.indexOf(" ", start) + 1;
    if (!text.startsWith(middle.text, middleAt)) middle = readMiddle(text, middleAt);
    const rootAt = middleAt + middle.text.length;
    const rootEnd = text.indexOf(" ", rootAt);
    const pointEnd = text.indexOf(" ", rootEnd + 1);
    if (middleAt === 0 || middle === noMiddle || rootEnd === -1 || pointEnd === -1 || pointEnd >= end)
      throw noSeparator(text.slice(start, end));
    const tailAt = pointEnd + 1;
    if (end - tailAt !== tail.text.length || !text.startsWith(tail.text, tailAt)) {
      const read = readTail(text.slice(tailAt, end));
      if (read === null) throw noSeparator(text.slice(start, end));
      tail = read;
    }
    const root = text.slice(rootAt, rootEnd);
    const deleted = mayBeDeleted && root.endsWith(deletedMark);
    const shown = deleted ? root.slice(0, -deletedMark.length) : root;
    const mountPoint = text.slice(rootEnd + 1, pointEnd);
    mounts.push({
      id: Number(text.slice(start, middleAt - 1)),
      parent: middle.parent,
      device: middle.device,
      root: plain ? shown : unescapeName(shown),
      deleted,
      mountPoint: plain ? mountPoint : unescapeName(mountPoint),
      options: tail.options,
      filesystem: tail.filesystem,
      from: tail.from,
    });
  }
  return mounts;
}

const deletedMark = "//deleted";

/** Parent and device, with the space after each. Neighbours in the table mostly share them, so they are read once. */
interface Middle {
  readonly text: string;
  readonly parent: number;
  readonly device: string;
}

const noMiddle: Middle = { text: "\n", parent: 0, device: "" };

function readMiddle(text: string, at: number): Middle {
  const parentEnd = text.indexOf(" ", at);
  const deviceEnd = text.indexOf(" ", parentEnd + 1);
  if (parentEnd === -1 || deviceEnd === -1) return noMiddle;
  return {
    text: text.slice(at, deviceEnd + 1),
    parent: Number(text.slice(at, parentEnd)),
    device: text.slice(parentEnd + 1, deviceEnd),
  };
}

/** What follows the mount point. Neighbours mostly share it too. */
interface Tail {
  readonly text: string;
  readonly options: readonly string[];
  readonly filesystem: string;
  readonly from: string;
}

const noTail: Tail = { text: "\n", options: [], filesystem: "", from: "" };

/** Null if there is no separator. */
function readTail(text: string): Tail | null {
  const fields = text.split(" ");
  // The optional fields before the hyphen vary in number.
  const separator = fields.indexOf("-", 1);
  if (separator === -1) return null;
  return {
    text,
    options: (fields[0] ?? "").split(","),
    filesystem: unescapeName(fields[separator + 1] ?? ""),
    from: unescapeName(fields[separator + 2] ?? ""),
  };
}

function noSeparator(line: string): Error {
  return new Error(`/proc/self/mountinfo has a line without a separator: ${line}`);
}
