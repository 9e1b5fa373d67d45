import { parseTrace, type TracedCall } from "./trace.ts";

/**
 * Reads from a trace what would be lost in a power cut at each moment: strace(1) has to name the files behind
 * descriptors (`--decode-fds=path`). Names count for the directory that they are in, content for its file.
 */

/** What was not on the disk yet when a promise was made. */
export interface Breach {
  readonly when: string;
  readonly unsynced: readonly string[];
}

/** Moments at which all that was changed before has to be on the disk. */
const promises: readonly { readonly when: string; readonly is: (call: TracedCall) => boolean }[] = [
  {
    when: "the new index takes the place of the old one",
    is: ({ name, text }) => name === "renameat2" && text.includes('"generations.json"'),
  },
  {
    when: "the journal goes",
    is: ({ name, text }) => name === "unlinkat" && text.includes('"journal.json"'),
  },
];

/** All breaches of the order in which things have to reach the disk. */
export function breachesOf(log: string): Breach[] {
  const breaches: Breach[] = [];
  const unsynced = new Set<string>();
  let hasJournal = false;
  for (const call of parseTrace(log)) {
    if (/ = -1 /.test(call.text)) continue;
    const moment = promises.find(({ is }) => is(call));
    if (moment !== undefined) note(moment.when);
    const paths = changedPaths(call);
    const isImpsOwn = paths.every((path) => path.includes("/imp"));
    if (!hasJournal && paths.length > 0 && !isImpsOwn) {
      note("the first change is made");
      hasJournal = true;
    }
    for (const path of paths) unsynced.add(path);
    for (const path of [...syncedPaths(call, unsynced), ...removedDirectory(call)]) unsynced.delete(path);
  }
  return breaches;

  function note(when: string): void {
    // The temporary file is named and taken away in the state directory itself.
    const left = [...unsynced].filter((path) => !/\/lock$/.test(path));
    const relevant = when.startsWith("the new index") ? left.filter((path) => !isStateDirectory(path)) : left;
    if (relevant.length > 0) breaches.push({ when, unsynced: relevant });
  }
}

function isStateDirectory(path: string): boolean {
  return path === "/persist/imp";
}

/** Calls that change names in the directories that their arguments stand for. */
const naming = ["linkat", "mkdirat", "mknodat", "renameat2", "symlinkat", "unlinkat"];
/** Calls that change the content of a file, which their first descriptor stands for, or their third argument. */
const writing: Readonly<Record<string, number>> = { write: 0, pwrite64: 0, copy_file_range: 1 };

function changedPaths({ name, text }: TracedCall): string[] {
  const all = [...text.matchAll(/(?<=[(, ])(?:\d+|AT_FDCWD)<([^>]*)>/g)].map(([, path = ""]) => path);
  // What is in memory only has no disk to be on.
  const descriptors = all.filter((path) => !path.startsWith("/run/"));
  // A temporary file of the state that comes back is removed by the next command.
  if (name === "unlinkat" && /"\.imp-[^"]*\.tmp"/.test(text)) return [];
  if (naming.includes(name)) return descriptors.slice(-1);
  const position = writing[name];
  const path = position === undefined ? undefined : descriptors[position];
  return path?.startsWith("/") === true ? [path] : [];
}

/** What was changed in a directory is of no account when it goes. */
function removedDirectory({ name, text }: TracedCall): string[] {
  const [, parent, last] = /^\(\d+<([^>]*)>, "([^"]*)", AT_REMOVEDIR\)/.exec(text) ?? [];
  return name === "unlinkat" && parent !== undefined ? [`${parent}/${last}`] : [];
}

function syncedPaths({ name, text }: TracedCall, unsynced: ReadonlySet<string>): string[] {
  const [, path = ""] = /^\(\d+<([^>]*)>/.exec(text) ?? [];
  if (name === "fsync") return [path];
  if (name !== "syncfs") return [];
  return [...unsynced].filter((other) => other.startsWith("/persist") === path.startsWith("/persist"));
}
