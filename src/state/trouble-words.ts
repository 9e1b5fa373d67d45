import { closeDescriptor } from "../linux/open.ts";
import type { Stat } from "../linux/stat.ts";
import { groupById, userById } from "../linux/users.ts";
import { formatMode } from "../model/mode.ts";
import { join } from "../model/path.ts";
import { Failure, type Problem } from "../model/problem.ts";
import { openStateDirectory } from "./directory.ts";
import { storedNumbers } from "./generation-file.ts";
import { findJsonStop } from "./json-place.ts";
import type { Misfit } from "./shape.ts";
import { stateFormat } from "./state-file.ts";
import { type Damage, type Distrust, type Trouble, Unusable } from "./trouble.ts";
import { isSticky } from "./trust.ts";

/** What can't be used, in words for people, with the remedies. */

/** What was thrown, with its words. */
export function worded(error: unknown): unknown {
  return error instanceof Unusable ? inWords(error) : error;
}

export function inWords({ exitCode, troubles }: Unusable): Failure {
  return new Failure(exitCode, troubles.map(problemOf));
}

function problemOf(trouble: Trouble): Problem {
  return trouble.kind === "distrust" ? distrustProblem(trouble) : damageProblem(trouble);
}

function distrustProblem(distrust: Distrust): Problem {
  const cannot = `${distrust.path} cannot be trusted`;
  if (distrust.reason === "denied")
    return problem(`${cannot}: not even root may look at the way to it`, "use a place that root can read");
  const { path, at, stat, reason } = distrust;
  const it = at === path ? "it" : at;
  switch (reason) {
    case "owner": {
      // A symlink has no mode of its own; chown would follow it.
      const command = stat.type === "symlink" ? "chown -h" : "chown";
      return problem(
        `${cannot}: ${it} belongs to ${ownerOf(stat)}`,
        remedy(`${command} root ${shellWord(at)}`),
      );
    }
    case "everyone":
    case "access-list":
    case "group": {
      const { who, remove } = writersOf(stat, reason);
      return problem(
        `${cannot}: ${who} can write ${it} (owned by ${ownerOf(stat)})`,
        // A sticky directory is meant to be shared.
        remedy(isSticky(stat) ? null : `chmod ${remove} ${shellWord(at)}`),
      );
    }
  }
}

function writersOf(
  { mode, gid }: Stat,
  reason: "everyone" | "access-list" | "group",
): { readonly who: string; readonly remove: string } {
  switch (reason) {
    case "everyone":
      return { who: "everyone", remove: (mode & 0o020) === 0 ? "o-w" : "go-w" };
    case "access-list":
      return { who: "someone in its access control list", remove: "g-w" };
    case "group":
      return { who: `group ${groupById(gid)?.name ?? gid}`, remove: "g-w" };
  }
}

function ownerOf(stat: Stat): string {
  const name = userById(stat.uid)?.name;
  const user = name === undefined ? `user ${stat.uid}` : `${name} (user ${stat.uid})`;
  return `${user}, mode ${formatMode(stat.mode)}`;
}

function remedy(command: string | null): string {
  const ways = command === null ? "use another place" : `\`${command}\`, or use another place`;
  return `only root and the user who called imp may be able to change it: ${ways}`;
}

function damageProblem(damage: Damage): Problem {
  const { directory, file, what } = damage;
  const path = join(directory, file.name);
  const damaged = (reason: string) => problem(`${path} is damaged: ${reason}`, helpFor(damage));
  switch (what.kind) {
    case "missing":
      return problem(`${path} is missing, though generations are stored beside it`, helpFor(damage));
    case "no-file":
      return damaged(`it is no regular file but a ${what.type}`);
    case "too-large":
      return damaged(`it has ${what.bytes} bytes, far too many`);
    case "empty":
      return damaged("it is empty");
    case "not-utf8":
      return damaged("it is not UTF-8 text");
    case "not-json":
      return notJsonProblem(path, what.text, damaged);
    case "newer":
      return problem(
        `${path} was written by a newer imp (format ${what.format}; this one knows ${stateFormat})`,
        "use that imp, or a newer one; the file stays as it is",
      );
    case "misfit":
      return damaged(misfitInWords(what.misfit));
    case "other-generation":
      return damaged(`it holds generation ${what.number}`);
  }
}

/** What still works without the file, and what to do. */
function helpFor({ directory, file }: Damage): string {
  switch (file.role) {
    case "index": {
      const state = shellWord(directory);
      const newest = newestStored(directory);
      const readable =
        newest === null
          ? ""
          : `; generations can still be read, such as with \`imp show ${newest} --state-dir ${state}\``;
      return [
        `what is mounted and linked stays as it is${readable}`,
        `put a good copy of the file back, or start anew: \`mv ${state} ${state}.damaged\`, then \`imp apply\``,
      ].join("\n");
    }
    case "generation":
      return [
        "what is mounted and linked stays as it is, and the other generations still work (`imp list`)",
        `put a good copy of the file back, or forget it with \`imp delete ${Number.parseInt(file.name, 10)}\` while another one is active`,
      ].join("\n");
    case "journal":
      return [
        "a command was killed, and this file told how to undo it; `imp verify` shows what is not as it should be",
        "put that right by hand, move the file away, and run `imp restore`",
      ].join("\n");
    case "copy":
      return "move it away";
  }
}

function newestStored(path: string): number | null {
  try {
    // Names are all that is asked for, and nothing is done with them.
    const directory = openStateDirectory(path, null);
    if (directory === null) return null;
    try {
      return storedNumbers(directory).at(-1) ?? null;
    } finally {
      closeDescriptor(directory.descriptor);
    }
  } catch {
    return null;
  }
}

function notJsonProblem(path: string, text: string, damaged: (reason: string) => Problem): Problem {
  const stop = findJsonStop(text);
  if (stop === null) return damaged("it cannot be parsed as JSON");
  const ended = stop.offset >= text.length;
  const before = text.slice(0, stop.offset).split("\n");
  const lineStart = stop.offset - (before.at(-1)?.length ?? 0);
  const [line = ""] = text.slice(lineStart, lineStart + longestExcerpt + 1).split("\n");
  return {
    ...damaged(`${ended ? "it ends too early" : "it is not JSON"} (expected ${stop.expected})`),
    place: { file: path, line: before.length, column: stop.offset - lineStart + 1, length: 1 },
    ...(line.length <= longestExcerpt ? { excerpt: line.replace(controls, "\uFFFD") } : {}),
  };
}

function misfitInWords({ keys, reason }: Misfit): string {
  const place = keys.length === 0 ? "" : `${printable(keys.join("."))}: `;
  switch (reason.kind) {
    case "value":
      return `${place}expected ${reason.expected}, not ${printable(describe(reason.found))}`;
    case "unknown-key":
      return `${place}imp knows no such key`;
    case "contradiction":
      return `${place}${reason.contradiction}`;
  }
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" && value !== null ? "an object" : JSON.stringify(value);
}

const controls = /\p{C}/gu;
const longestExcerpt = 200;

/** `path` as one word of a shell command: people paste those, and others may have chosen the name. */
export function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** What stands in a damaged file may be anything: no control characters, and not pages of it. */
function printable(text: string): string {
  const plain = text.replace(controls, "\uFFFD");
  return plain.length > longestExcerpt ? `${plain.slice(0, longestExcerpt)}…` : plain;
}

function problem(message: string, help: string): Problem {
  return { severity: "error", message, help };
}
