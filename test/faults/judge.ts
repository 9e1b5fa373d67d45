import { constants } from "node:os";
import type { Result } from "../machine/machine.ts";
import type { Case } from "./cases.ts";
import {
  difference,
  isEqual,
  linesOf,
  lostSteadyMounts,
  type Picture,
  temporaryNames,
  withoutRescued,
} from "./picture.ts";

/** What is wrong; nothing if the list is empty. */
export type Complaints = readonly string[];

/** How messages name the errors. */
const texts: Readonly<Record<string, RegExp>> = {
  EIO: /Input\/output error|EIO/,
  ENOSPC: /No space left on device|ENOSPC/,
  EPERM: /Operation not permitted|EPERM/,
  EBUSY: /Device or resource busy|EBUSY|is busy/,
  EROFS: /Read-only file system|EROFS/,
};

export const killed = 128 + constants.signals.SIGKILL;

/** How a command ended that was struck. */
export type Outcome = "killed" | "undone" | "done" | "left to the next command";

/** Judges a command that was struck by an error: it did its work all the same, or changed nothing and says why. */
export function judgeFailure(
  { strikes }: Case,
  { exitCode, stderr, stdout }: Result,
  before: Picture,
  after: Picture,
  done: readonly string[],
): { readonly outcome: Outcome; readonly complaints: Complaints } {
  const complaints = [...judgeWords(stderr)];
  const found = linesOf(after, before);
  const isMute = strikes.some(({ call, when }) => call === "write" && when.endsWith("+"));
  const hasJournal = after.stateNames.includes("journal.json");
  if (exitCode === 0) {
    if (hasJournal) return { outcome: "left to the next command", complaints };
    complaints.push(...compare("it ended well, but did not do its work", done, found));
    return { outcome: "done", complaints };
  }
  // libc takes a failed read(2) for the end of /etc/passwd, so nobody can tell.
  const isUntold = exitCode === 2 && /there is no (user|group)/.test(stderr);
  if (isUntold) return { outcome: "undone", complaints };
  if (exitCode !== 1) complaints.push(`exit code ${exitCode}\n${stdout}${stderr}`);
  const isNamed = strikes.some(({ effect }) => (texts[effect] ?? new RegExp(effect)).test(stderr));
  if (!isNamed && !isMute) complaints.push(`the message does not say what failed: ${stderr}`);
  if (/the command itself did its work/.test(stderr) || (isMute && after.index !== before.index)) {
    complaints.push(...compare("it did its work, but not all", done, found));
    return { outcome: "done", complaints };
  }
  if (after.index !== before.index) complaints.push("it failed, but changed the index");
  const isLasting = strikes.length > 1 || strikes.some(({ when }) => when.endsWith("+"));
  if (!isLasting && generationFiles(after).some((name) => !before.stateNames.includes(name))) {
    complaints.push("it failed, but left a generation");
  }
  if (/could not undo a step/.test(stderr) && isLasting) {
    if (!hasJournal) complaints.push("it could not undo all, and left no journal");
    return { outcome: "left to the next command", complaints };
  }
  complaints.push(...compare("it failed, and changed something", linesOf(before, before), found));
  return { outcome: hasJournal ? "left to the next command" : "undone", complaints };
}

function generationFiles({ stateNames }: Picture): string[] {
  return stateNames.filter((name) => name.startsWith("generations/"));
}

/** Judges what a reading command says beside the remains of a killed one. */
export function judgeReading(
  words: string,
  { exitCode, stdout, stderr }: Result,
  isPending: boolean,
): Complaints {
  const complaints = [...judgeWords(stderr)];
  if (exitCode > 1 || (exitCode === 1 && words !== "verify")) {
    complaints.push(`${words} ends with ${exitCode}: ${stdout}${stderr}`);
  }
  if (isPending !== /is at work or was killed/.test(stderr)) {
    complaints.push(`${words} is wrong about what is pending (${isPending}): ${stdout}${stderr}`);
  }
  return complaints;
}

/** Judges the command that comes after: it ends well, and tells what it settled. */
export function judgeNext({ exitCode, stdout, stderr }: Result, hadJournal: boolean): Complaints {
  const complaints = [...judgeWords(stderr)];
  if (exitCode !== 0) complaints.push(`the next command ends with ${exitCode}: ${stdout}${stderr}`);
  if (hadJournal && !/was killed at its work/.test(stderr)) {
    complaints.push(`the next command does not say what it settled: ${stderr}`);
  }
  return complaints;
}

/** Judges the system in the end. */
export function judgeSystem(
  found: readonly string[],
  wanted: readonly string[],
  isRebooted: boolean,
): Complaints {
  const what = "the system is wrong in the end";
  return isRebooted
    ? compare(what, withoutRescued(wanted), withoutRescued(found))
    : compare(what, wanted, found);
}

/** Judges that nothing of a command at work is left. */
export function judgeRemains(found: Picture): Complaints {
  const complaints: string[] = [];
  const leftovers = temporaryNames(found);
  if (leftovers.length > 0) complaints.push(`temporary names are left: ${leftovers.join(", ")}`);
  if (found.stateNames.includes("journal.json")) complaints.push("the journal is left");
  return complaints;
}

/** Judges that nobody who uses a steady mount noticed anything. */
export function judgeSteadiness(found: Picture, before: Picture): Complaints {
  const lost = lostSteadyMounts(found, before);
  return lost.length === 0 ? [] : [`mounted anew, though nothing changed there: ${lost.join(", ")}`];
}

/** imp explains every error in words of its own. */
function judgeWords(stderr: string): Complaints {
  return /imp hit a bug/.test(stderr) ? [`it stumbles: ${stderr}`] : [];
}

function compare(what: string, wanted: readonly string[], found: readonly string[]): string[] {
  return isEqual(wanted, found) ? [] : [`${what}:\n${difference(wanted, found)}`];
}
