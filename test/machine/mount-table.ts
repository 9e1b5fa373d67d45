import type { Machine } from "./machine.ts";

/** A line of `/proc/self/mountinfo`. */
export interface MountLine {
  readonly id: string;
  readonly parent: string;
  /** The directory of the filesystem that the mount shows. */
  readonly root: string;
  readonly path: string;
  readonly options: readonly string[];
  readonly filesystem: string;
}

/** The machine's mount table, or that of the mount namespace that a process of the machine is in. */
export async function mountTable(machine: Machine, process?: number): Promise<MountLine[]> {
  const text =
    process === undefined ? await machine.mountInfo() : await machine.sh(`cat /proc/${process}/mountinfo`);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map(parseLine);
}

function parseLine(line: string): MountLine {
  const [before = "", after = ""] = line.split(" - ");
  const [id = "", parent = "", , root = "", path = "", options = ""] = before.split(" ");
  const [filesystem = ""] = after.split(" ");
  return {
    id,
    parent,
    root: unescaped(root),
    path: unescaped(path),
    options: options.split(","),
    filesystem,
  };
}

/** mountinfo writes the bytes of space, tab, newline and backslash in octal. */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** The mount points at or below `path`, sorted; a place with two mounts is named twice. */
export async function mountPointsIn(machine: Machine, path: string, process?: number): Promise<string[]> {
  const table = await mountTable(machine, process);
  return table
    .map((mount) => mount.path)
    .filter((point) => point === path || point.startsWith(`${path}/`))
    .sort();
}

/** The only mount at `path`; throws if there is none, or more than one. */
export async function mountAt(machine: Machine, path: string): Promise<MountLine> {
  const [mount, ...others] = (await mountTable(machine)).filter((line) => line.path === path);
  if (mount === undefined) throw new Error(`nothing is mounted at ${path}`);
  if (others.length > 0) throw new Error(`${others.length + 1} mounts are at ${path}`);
  return mount;
}

/** The ID of the only mount at `path`. */
export async function mountId(machine: Machine, path: string): Promise<string> {
  return (await mountAt(machine, path)).id;
}
