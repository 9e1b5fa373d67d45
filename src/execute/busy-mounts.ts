import { readMounts } from "../linux/mountinfo.ts";
import { PathError } from "../linux/open-directory.ts";
import { holdersOf } from "../linux/processes.ts";
import type { Stat } from "../linux/stat.ts";
import { join, nameOf, parentOf } from "../model/path.ts";
import type { Step } from "../model/plan.ts";
import type { Holder, Problem } from "../model/problem.ts";
import type { Refusal } from "../model/special-failure.ts";
import { HeldFolder } from "./held-folders.ts";
import { staysBusy } from "./mounting.ts";
import { statOf } from "./objects.ts";

type Leaving = Extract<Step, { kind: "unmount" | "replace-mount" }>;

/**
 * The mounts of a plan that can't be taken away because a process uses them: found before the first change, and all at
 * once. A mount that others of the plan lie on is in use by those, which tells nothing yet.
 */
export function busyMounts(steps: readonly Step[]): Refusal[] {
  const leaving = steps.filter(
    (step): step is Leaving => step.kind === "unmount" || step.kind === "replace-mount",
  );
  const folder = new HeldFolder();
  try {
    // Without symlinks: a mount may be named by another way than the one that lies on it.
    const folders = leaving.map(({ target }) => folder.around(target).path);
    const carrying = directoriesAbove(folders);
    return leaving
      .filter(({ target }, index) => {
        if (carrying.has(join(folders[index] ?? "", nameOf(target)))) return false;
        return staysBusy(folder.around(target).descriptor, nameOf(target));
      })
      .map(({ serves, target }) => ({
        serves,
        problem: busyProblem(`${target} is busy and can't be unmounted`, target),
      }));
  } finally {
    folder.close();
  }
}

/** The directories themselves, and all above them. */
function directoriesAbove(folders: readonly string[]): ReadonlySet<string> {
  const above = new Set<string>();
  for (const folder of folders) {
    // What was met before has been climbed from before.
    for (let path = folder; !above.has(path); path = parentOf(path)) above.add(path);
  }
  return above;
}

/** An error about a busy mount that names the processes which hold it. */
export function busyProblem(message: string, target: string): Problem {
  const holders = findHolders(target);
  // One reason for each process is enough for a person.
  const processes = [
    ...new Map(holders.toReversed().map((holder) => [holder.pid, holder])).values(),
  ].reverse();
  const lines = processes.slice(0, mostNamed).map(describeHolder);
  if (processes.length > mostNamed) lines.push(`and ${processes.length - mostNamed} more`);
  if (lines.length === 0)
    lines.push("no process that this user may look at holds it; `fuser -vm` run as root may know more");
  return {
    severity: "error",
    message,
    help: [
      ...lines,
      "stop them and try again, or use `--lazy`: the mount goes at once, and they keep what they have open",
    ].join("\n"),
    holders,
  };
}

const mostNamed = 8;

/** `postgres[812] holds /var/lib/postgresql/15/main (working directory)` */
function describeHolder({ pid, command, by, path }: Holder): string {
  return `${command}[${pid}] holds ${path} (${by.replace("-", " ")})`;
}

/** As {@link statOf}; but where the way may not be taken just now, no process can be named, which must not hide the error. */
function statIfSafe(target: string): Stat | null {
  try {
    return statOf(target);
  } catch (error) {
    if (error instanceof PathError) return null;
    throw error;
  }
}

function findHolders(target: string): Holder[] {
  const found = statIfSafe(target);
  if (found === null) return [];
  const mount = readMounts().find(({ id }) => id === found.mountId);
  return mount === undefined ? [] : holdersOf(mount);
}
