import { constants } from "node:os";
import type { Result } from "../machine/machine.ts";
import type { Case } from "./cases.ts";
import { difference, isEqual, linesOf, lostSteadyMounts, type Picture, temporaryNames } from "./picture.ts";

/** What is wrong; nothing if the list is empty. */
export type Complaints = readonly string[];

const texts: Readonly<Record<string, string>> = {
  EIO: "Input/output error",
  ENOSPC: "No space left on device",
  EPERM: "Operation not permitted",
  EBUSY: "Device or resource busy",
  EROFS: "Read-only file system",
  EINTR: "Interrupted system call",
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
  const hasJournal = after.stateNames.includes("journal.json");
  if (exitCode === 0) {
    if (hasJournal) return { outcome: "left to the next command", complaints };
    complaints.push(...compare("it ended well, but did not do its work", done, found));
    return { outcome: "done", complaints };
  }
  if (exitCode !== 1) complaints.push(`exit code ${exitCode}\n${stdout}${stderr}`);
  const isNamed = strikes.some(({ effect }) => stderr.includes(texts[effect] ?? effect) || stderr.includes(effect));
  if (!isNamed) complaints.push(`the message does not say what failed: ${stderr}`);
  if (/the command itself did its work/.test(stderr)) {
    complaints.push(...compare("it did its work, but not all", done, found));
    return { outcome: "done", complaints };
  }
  if (after.index !== before.index) complaints.push("it failed, but changed the index");
  const isLasting = strikes.length > 1 || strikes.some(({ when }) => when.endsWith("+"));
  if (/could not undo a step/.test(stderr) && isLasting) {
    if (!hasJournal) complaints.push("it could not undo all, and left no journal");
    return { outcome: "left to the next command", complaints };
  }
  complaints.push(...compare("it failed, and changed something", linesOf(before, before), found));
  return { outcome: hasJournal ? "left to the next command" : "undone", complaints };
}

/** Judges what a reading command says beside the remains of a killed one. */
export function judgeReading(words: string, { exitCode, stdout, stderr }: Result, isPending: boolean): Complaints {
  const complaints = [...judgeWords(stderr)];
  const isAnswer = exitCode === 0 || words === "verify" || /No active generation/.test(stderr + stdout);
  if (!isAnswer || exitCode > 1) complaints.push(`${words} ends with ${exitCode}: ${stdout}${stderr}`);
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

/** Judges the system in the end: it is as wanted, and nothing of a command at work is left. */
export function judgeSystem(found: Picture, before: Picture, wanted: readonly string[]): Complaints {
  const complaints = compare("the system is wrong in the end", wanted, linesOf(found, before));
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
