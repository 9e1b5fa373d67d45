import { constants } from "node:os";
import type { Result } from "../machine/machine.ts";
import type { Case } from "./cases.ts";
import { activeGeneration, difference, isEqual, linesOf, type Picture, temporaryNames } from "./picture.ts";

/** What runs of a scenario without faults lead to, as lines of a picture. */
export interface Expected {
  /** The command did its work. */
  readonly done: readonly string[];
  /** The number of the generation that is active then. */
  readonly active: number | null;
}

/** What is wrong; nothing if the list is empty. */
export type Complaints = readonly string[];

const texts: Readonly<Record<string, string>> = {
  EIO: "Input/output error",
  ENOSPC: "No space left on device",
  EPERM: "Operation not permitted",
  EBUSY: "Device or resource busy",
  EROFS: "Read-only file system",
  EINTR: "Interrupted system call",
  EDQUOT: "Disk quota exceeded",
};

export const killed = 128 + constants.signals.SIGKILL;

/** What a picture has to be, by what the index says: the system of before, or that of after. */
export function wantedLines(picture: Picture, before: Picture, expected: Expected): readonly string[] {
  const isDone = activeGeneration(picture) === expected.active && picture.index !== before.index;
  return isDone ? expected.done : linesOf(before, before);
}

/** Judges a command that was struck by an error: it did its work all the same, or changed nothing and says why. */
export function judgeFailure(
  { strikes }: Case,
  { exitCode, stderr, stdout }: Result,
  before: Picture,
  after: Picture,
  expected: Expected,
): Complaints {
  const complaints = [...judgeWords(stderr)];
  const found = linesOf(after, before);
  const hasJournal = after.stateNames.includes("journal.json");
  if (exitCode === 0) {
    if (!hasJournal) complaints.push(...compare("it ended well, but not with what it is for", expected.done, found));
    return complaints;
  }
  if (exitCode !== 1) return [...complaints, `exit code ${exitCode}\n${stdout}${stderr}`];
  const isNamed = strikes.some(({ effect }) => stderr.includes(texts[effect] ?? effect) || stderr.includes(effect));
  if (!isNamed) complaints.push(`the message does not say what failed: ${stderr}`);
  if (/the command itself did its work/.test(stderr)) {
    return [...complaints, ...compare("it did its work, but not all", expected.done, found)];
  }
  if (/could not undo a step/.test(stderr) && strikes.length + Number(strikes[0]?.when.endsWith("+")) > 1) {
    return hasJournal ? complaints : [...complaints, "it could not undo all, and left no journal"];
  }
  if (after.index !== before.index) complaints.push("it failed, but changed the index");
  complaints.push(...compare("it failed, and changed something", linesOf(before, before), found));
  return complaints;
}

/** Judges what reading commands say beside the remains of a killed one. */
export function judgeReading(words: string, { exitCode, stdout, stderr }: Result, isPending: boolean): Complaints {
  const complaints = [...judgeWords(stderr)];
  const isAnswer = exitCode === 0 || words === "verify" || /No active generation/.test(stderr + stdout);
  if (!isAnswer || exitCode > 1) complaints.push(`${words} ends with ${exitCode}: ${stdout}${stderr}`);
  if (isPending !== /is at work or was killed/.test(stderr)) {
    complaints.push(`${words} is wrong about what is pending (${isPending}): ${stdout}${stderr}`);
  }
  return complaints;
}

/** Judges the command after: it ends well, tells what it settled, and the system is the old one or the new one, whole. */
export function judgeNext(
  { exitCode, stdout, stderr }: Result,
  hadJournal: boolean,
  settled: Picture,
  before: Picture,
  wanted: readonly string[],
): Complaints {
  const complaints = [...judgeWords(stderr)];
  if (exitCode !== 0) complaints.push(`the next command ends with ${exitCode}: ${stdout}${stderr}`);
  if (hadJournal && !/was killed at its work/.test(stderr)) {
    complaints.push(`the next command does not say what it settled: ${stderr}`);
  }
  const leftovers = temporaryNames(settled);
  if (leftovers.length > 0) complaints.push(`temporary names are left: ${leftovers.join(", ")}`);
  if (settled.stateNames.includes("journal.json")) complaints.push("the journal is left");
  return [...complaints, ...compare("the next command leaves it wrong", wanted, linesOf(settled, before))];
}

function judgeWords(stderr: string): Complaints {
  return /imp hit a bug|\bat .*:\d+:\d+\)/.test(stderr) ? [`it stumbles: ${stderr}`] : [];
}

function compare(what: string, wanted: readonly string[], found: readonly string[]): string[] {
  return isEqual(wanted, found) ? [] : [`${what}:\n${difference(wanted, found)}`];
}
