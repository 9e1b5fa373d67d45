import type { Holder } from "../model/problem.ts";
import { AT_FDCWD, AT_NO_AUTOMOUNT } from "./abi.ts";
import { readLink, readNames } from "./directory-entries.ts";
import { readByPath } from "./file-io.ts";
import { parseMountTable } from "./mountinfo.ts";
import { openHandle, withDescriptor } from "./open.ts";
import { mountIdOf } from "./stat.ts";

/** What identifies a mount in every mount namespace that it was propagated to. */
export interface HeldMount {
  readonly id: number;
  readonly device: string;
  readonly root: string;
}

/**
 * All processes that hold a mount, found as fuser(1) does: by looking at everything that each one has open. Processes
 * that this user may not look at, and those that end meanwhile, are passed by.
 */
export function holdersOf(mount: HeldMount): Holder[] {
  const ownNamespace = linkText("/proc/self/ns/mnt");
  const copies = new Map<string, ReadonlySet<number>>([[ownNamespace, new Set([mount.id])]]);
  const own = process.pid;
  return pids()
    .filter((pid) => pid !== own)
    .flatMap((pid) => {
      const namespace = linkText(`/proc/${pid}/ns/mnt`);
      const known = copies.get(namespace) ?? copiesIn(pid, mount);
      copies.set(namespace, known);
      return known.size === 0 ? [] : holdersIn(pid, known);
    });
}

function pids(): number[] {
  return names("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** The ids that the mount has in the namespace of a process: unmounting it here would unmount those as well. */
function copiesIn(pid: number, mount: HeldMount): ReadonlySet<number> {
  try {
    const mounts = parseMountTable(readByPath(`/proc/${pid}/mountinfo`));
    const same = mounts.filter(({ device, root }) => device === mount.device && root === mount.root);
    return new Set(same.map(({ id }) => id));
  } catch {
    return new Set();
  }
}

function holdersIn(pid: number, mountIds: ReadonlySet<number>): Holder[] {
  const directory = `/proc/${pid}`;
  const holders: Holder[] = [];
  const look = (link: string, by: Holder["by"]) => {
    const id = mountIdOf(AT_FDCWD, link, AT_NO_AUTOMOUNT);
    if (id === null || !mountIds.has(id)) return;
    holders.push({ pid, command: commandOf(pid), by, path: linkText(link) });
  };
  look(`${directory}/cwd`, "working-directory");
  look(`${directory}/root`, "root-directory");
  look(`${directory}/exe`, "program");
  for (const name of names(`${directory}/fd`)) look(`${directory}/fd/${name}`, "open-file");
  for (const name of names(`${directory}/map_files`)) look(`${directory}/map_files/${name}`, "mapped-file");
  return withoutRepetition(holders);
}

/** A program maps each of its files several times. */
function withoutRepetition(holders: readonly Holder[]): Holder[] {
  const seen = new Map(holders.map((holder) => [`${holder.by} ${holder.path}`, holder]));
  return [...seen.values()];
}

function commandOf(pid: number): string {
  try {
    return new TextDecoder().decode(readByPath(`/proc/${pid}/comm`)).trimEnd();
  } catch {
    return "?";
  }
}

function names(directory: string): string[] {
  try {
    return withDescriptor(openHandle(AT_FDCWD, directory), readNames);
  } catch {
    return [];
  }
}

function linkText(link: string): string {
  try {
    return readLink(AT_FDCWD, link);
  } catch {
    return "";
  }
}

/**
 * When the process `pid` started, in clock ticks since the boot (field 22 of `/proc/PID/stat`, proc_pid_stat(5)).
 * Together with the pid it names a process for good, since pids are used again. Null if there is no such process here.
 */
export function startTime(pid: number): string | null {
  let text: string;
  try {
    text = new TextDecoder("latin1").decode(readByPath(`/proc/${pid}/stat`));
  } catch {
    return null;
  }
  // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields[19] ?? null;
}
