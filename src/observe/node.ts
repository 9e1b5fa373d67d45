import { readLinkIfThere } from "../linux/directory-entries.ts";
import { isSystemError } from "../linux/ffi.ts";
import { followLinkAt, type OpenDirectory, type OpenResult, readLinkIn } from "../linux/path-walk.ts";
import { type Stat, statAt } from "../linux/stat.ts";
import type { FileType } from "../linux/stat-words.ts";
import type { Node } from "../model/observation.ts";
import { join, nameOf, parentOf } from "../model/path.ts";
import { exchanged, type RaceCheck } from "./race-check.ts";

/**
 * What is at the end of a way.
 * @param parent the directory that holds it, or why there is none
 * @param asked the path by which the object is asked for, in the directory `parent`
 * @param raceCheck null for what lies under a mount, which is not what others see
 */
export function lookUp(parent: OpenResult, asked: string, raceCheck: RaceCheck | null): Node {
  switch (parent.kind) {
    case "open":
      try {
        return lookIn(parent, asked, raceCheck);
      } catch (error) {
        if (isSystemError(error, "EACCES")) return { kind: "unknown", at: parent.path };
        throw error;
      }
    case "missing":
      return { kind: "missing" };
    case "blocked":
      return { kind: "blocked", at: parent.at };
    case "denied":
      return { kind: "unknown", at: parent.at };
    case "unsafe":
      return { kind: "unsafe", at: parent.at, owner: parent.owner };
  }
}

function lookIn(parent: OpenDirectory, asked: string, raceCheck: RaceCheck | null): Node {
  const name = nameOf(asked);
  const stat = statAt(parent.descriptor, name);
  if (stat === null) return { kind: "missing" };
  const path = parent.path === parentOf(asked) ? asked : join(parent.path, name);
  raceCheck?.noteObject(path, stat);
  if (stat.type !== "symlink") return describe(stat, stat.type);
  if (raceCheck !== null) {
    const text = readLinkIfThere(parent.descriptor, name);
    raceCheck.noteLink(path, text);
    return text === null ? lookIn(parent, asked, raceCheck) : describeLink(stat, path, text, raceCheck);
  }
  const link = readLinkIn(parent.descriptor, name);
  // None any more: another process was quicker.
  if (link === null) return lookIn(parent, asked, raceCheck);
  return { kind: "symlink", ...objectOf(stat), ...link };
}

/** Where the link leads is found out only if a way leads through it, which few do: most lead to files. */
function describeLink(stat: Stat, path: string, text: string, raceCheck: RaceCheck): Node {
  let known: boolean | null = null;
  return {
    kind: "symlink",
    ...objectOf(stat),
    text,
    get astray() {
      known ??= leadsAstray(path, text, raceCheck);
      return known;
    },
  };
}

function leadsAstray(path: string, text: string, raceCheck: RaceCheck): boolean {
  const link = followLinkAt(path);
  if (link?.text !== text) throw exchanged(path);
  raceCheck.noteFollowed(link.followed);
  return link.astray;
}

function describe(stat: Stat, type: Exclude<FileType, "symlink">): Node {
  switch (type) {
    case "directory":
      return { kind: "directory", ...objectOf(stat) };
    case "file":
      return { kind: "file", ...objectOf(stat), size: stat.size, modified: stat.modified };
    default:
      return { kind: "special", ...objectOf(stat), what: type.replace("-", " ") };
  }
}

/** What all nodes that stand for an object tell. */
function objectOf({ uid, gid, mode, links, device, inode, birth }: Stat) {
  return { uid, gid, mode, identity: { inode, birth }, links, device };
}
