import { hasAccessList } from "../linux/attributes.ts";
import { readWholeFile } from "../linux/file-io.ts";
import { openForReading, withDescriptor } from "../linux/open.ts";
import { inParentOf } from "../linux/open-directory.ts";
import { type Passed, type PathTrace, tracePath } from "../linux/path-walk.ts";
import { type Stat, statDescriptor } from "../linux/stat.ts";
import type { Trusted } from "./caller.ts";
import type { Distrust } from "./trouble.ts";

/**
 * Whether a path that root is going to believe is out of the reach of people who are not root. Each directory on the
 * way counts: whoever can write one of them can put another file at the end.
 */

/**
 * All reasons not to believe what stands at `path`: the object itself, each directory and each symlink on the way to
 * it that a user who is not trusted owns or can write. What does not exist is no reason. `null` (a run without root's powers)
 * trusts everything.
 */
export function checkTrust(path: string, trusted: Trusted | null): Distrust[] {
  return trusted === null ? [] : judgeWay(path, tracePath(path), trusted);
}

/** As {@link checkTrust}, for a way that was looked along already. */
export function judgeWay(path: string, way: PathTrace, trusted: Trusted): Distrust[] {
  const found = new Map<string, Distrust>();
  for (const [index, here] of way.passed.entries()) {
    const next = way.passed[index + 1];
    const distrust = judge(path, here, isGuarded(here, next, way), trusted);
    if (distrust !== null) found.set(here.path, distrust);
  }
  if (way.end === "denied") found.set(path, { kind: "distrust", path, reason: "denied" });
  return [...found.values()];
}

/** As {@link checkTrust}, for a file that was opened in a directory that is trusted already. */
export function judgeFile(path: string, descriptor: number, trusted: Trusted | null): Distrust | null {
  if (trusted === null) return null;
  const stat = statDescriptor(descriptor);
  const accessList = (stat.mode & 0o020) !== 0 && hasAccessList(descriptor);
  return judge(path, { path, stat, accessList }, false, trusted);
}

/**
 * In a sticky directory such as `/tmp` only the owner of an object can rename or remove it (inode(7)), so it does no harm
 * on the way to something whose owner is trusted, which is judged by itself. As the end of the way it would: anyone can
 * add to it.
 */
function isGuarded(here: Passed, next: Passed | undefined, way: PathTrace): boolean {
  return isSticky(here.stat) && (next !== undefined || way.end === "missing");
}

export function isSticky(stat: Stat): boolean {
  return stat.type === "directory" && (stat.mode & 0o1000) !== 0;
}

function judge(path: string, here: Passed, guarded: boolean, trusted: Trusted): Distrust | null {
  const reason = reasonAgainst(here, guarded, trusted);
  return reason === null ? null : { kind: "distrust", path, at: here.path, stat: here.stat, reason };
}

function reasonAgainst(
  { stat, accessList }: Passed,
  guarded: boolean,
  trusted: Trusted,
): Exclude<Distrust["reason"], "denied"> | null {
  if (!trusted.users.includes(stat.uid)) return "owner";
  // A symlink cannot be written, only replaced, and that is its directory's matter.
  if (stat.type === "symlink" || guarded) return null;
  if ((stat.mode & 0o002) !== 0) return "everyone";
  if ((stat.mode & 0o020) === 0) return null;
  if (accessList) return "access-list";
  return trusted.groups.includes(stat.gid) ? null : "group";
}

/** What came of reading the file that a way ends at. */
export type Reading =
  | { readonly kind: "read"; readonly bytes: Uint8Array }
  /** Another file is in its place by now. */
  | { readonly kind: "exchanged" }
  | { readonly kind: "too-large"; readonly size: number };

/**
 * Reads the very file that was looked at and judged, whatever its path leads to by then. The way must end at a file.
 * @param largest bytes
 * @throws SystemError if it can't be opened or read
 */
export function readEnd(way: PathTrace, largest: number): Reading {
  const end = way.passed.at(-1);
  if (end === undefined) return { kind: "exchanged" };
  return withDescriptor(inParentOf(end.path, openForReading), (descriptor): Reading => {
    const { inode, device, size } = statDescriptor(descriptor);
    if (inode !== end.stat.inode || device !== end.stat.device) return { kind: "exchanged" };
    if (size > largest) return { kind: "too-large", size };
    return { kind: "read", bytes: readWholeFile(descriptor, size) };
  });
}
