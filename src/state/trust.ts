import { hasAccessList } from "../linux/attributes.ts";
import { type Passed, type PathTrace, tracePath } from "../linux/path-walk.ts";
import { type Stat, statDescriptor } from "../linux/stat.ts";
import { groupById, userById } from "../linux/users.ts";
import { formatMode } from "../model/mode.ts";
import type { Problem } from "../model/problem.ts";
import type { Trusted } from "./caller.ts";
import { shellWord } from "./shell-word.ts";

/**
 * Whether a path that root is going to believe is out of the reach of people who are not root. Each directory on the
 * way counts: whoever can write one of them can put another file at the end.
 */

/**
 * All reasons not to believe what stands at `path`: the object itself, each directory and each symlink on the way to
 * it that someone untrusted owns or can write. What does not exist is no reason. `null` (a run without root's powers)
 * trusts everything.
 */
export function checkTrust(path: string, trusted: Trusted | null): Problem[] {
  return trusted === null ? [] : judgeWay(path, tracePath(path), trusted);
}

/** As {@link checkTrust}, for a way that was looked along already. */
export function judgeWay(path: string, way: PathTrace, trusted: Trusted): Problem[] {
  const problems = new Map<string, Problem>();
  for (const [index, here] of way.passed.entries()) {
    const next = way.passed[index + 1];
    const problem = judge(path, here, isGuarded(here, next, way), trusted);
    if (problem !== null) problems.set(here.path, problem);
  }
  if (way.end === "denied") problems.set(path, untold(path));
  return [...problems.values()];
}

/** As {@link checkTrust}, for a file that was opened in a directory that is trusted already. */
export function judgeFile(path: string, descriptor: number, trusted: Trusted | null): Problem | null {
  if (trusted === null) return null;
  const stat = statDescriptor(descriptor);
  const accessList = (stat.mode & 0o020) !== 0 && hasAccessList(descriptor);
  return judge(path, { path, stat, accessList }, false, trusted);
}

/**
 * In a sticky directory such as `/tmp` nobody can rename or remove what others own (inode(7)), so it does no harm on
 * the way to something whose owner is trusted, which is judged by itself. As the end of the way it would: anyone can add
 * to it.
 */
function isGuarded(here: Passed, next: Passed | undefined, way: PathTrace): boolean {
  return isSticky(here.stat) && (next !== undefined || way.end === "missing");
}

function isSticky(stat: Stat): boolean {
  return stat.type === "directory" && (stat.mode & 0o1000) !== 0;
}

function judge(path: string, here: Passed, guarded: boolean, trusted: Trusted): Problem | null {
  const { stat } = here;
  if (!trusted.users.includes(stat.uid)) {
    const what = here.path === path ? "it" : here.path;
    const message = `${path} cannot be trusted: ${what} belongs to ${ownerOf(stat)}`;
    // A symlink has no mode of its own; chown would follow it.
    const command = stat.type === "symlink" ? "chown -h" : "chown";
    return refusal(message, `${command} root ${shellWord(here.path)}`);
  }
  // A symlink cannot be written, only replaced, and that is its directory's matter.
  if (stat.type === "symlink" || guarded) return null;
  const writers = untrustedWriters(here, trusted);
  if (writers === null) return null;
  const what = here.path === path ? "it" : here.path;
  const message = `${path} cannot be trusted: ${writers.who} can write ${what} (owned by ${ownerOf(stat)})`;
  // A sticky directory is meant to be shared.
  return refusal(message, isSticky(stat) ? null : `chmod ${writers.remove} ${shellWord(here.path)}`);
}

function untrustedWriters(here: Passed, trusted: Trusted): { who: string; remove: string } | null {
  const { mode, gid } = here.stat;
  if ((mode & 0o002) !== 0) return { who: "everyone", remove: (mode & 0o020) === 0 ? "o-w" : "go-w" };
  if ((mode & 0o020) === 0) return null;
  if (here.accessList) return { who: "someone in its access control list", remove: "g-w" };
  if (trusted.groups.includes(gid)) return null;
  return { who: `group ${groupById(gid)?.name ?? gid}`, remove: "g-w" };
}

function ownerOf(stat: Stat): string {
  const name = userById(stat.uid)?.name;
  const user = name === undefined ? `user ${stat.uid}` : `${name} (user ${stat.uid})`;
  return `${user}, mode ${formatMode(stat.mode)}`;
}

function refusal(message: string, command: string | null): Problem {
  const remedy = command === null ? "use another place" : `\`${command}\`, or use another place`;
  return {
    severity: "error",
    message,
    help: `only root and the user who called imp may be able to change it: ${remedy}`,
  };
}

function untold(path: string): Problem {
  const message = `${path} cannot be trusted: not even root may look at the way to it`;
  return { severity: "error", message, help: "use a place that root can read" };
}
