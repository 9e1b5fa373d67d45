import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "../machine/machine.ts";
import { mountTable } from "../machine/mount-table.ts";

/** What stands at and below a path of the machine, as lines that can be compared. */

/** `all`: with what changes even if somebody changes an object and puts it back: inode, links and times. */
export type Exactness = "lasting" | "all";

export function treeLines(machine: Machine, path: string, exactness: Exactness): string[] {
  const lines: string[] = [];
  describe(machine.outside(path), path, exactness, lines);
  return lines;
}

function describe(place: string, path: string, exactness: Exactness, lines: string[]): void {
  const stat = lstatSync(place, { bigint: true });
  const words = [withoutTime(path), stat.mode.toString(8), `${stat.uid}:${stat.gid}`];
  if (stat.isSymbolicLink()) words.push(`to ${readlinkSync(place)}`);
  else if (stat.isFile()) words.push(JSON.stringify(readFileSync(place, "latin1")));
  if (exactness === "all") words.push(String([stat.ino, stat.nlink, stat.mtimeNs, stat.ctimeNs]));
  lines.push(words.join(" "));
  if (!stat.isDirectory()) return;
  for (const name of readdirSync(place).sort()) {
    describe(join(place, name), join(path, name), exactness, lines);
  }
}

/** Backups of two commands differ in their names by the time. */
function withoutTime(path: string): string {
  return path.replace(/\.backup\.\d{8}_\d{6}/g, ".backup.TIME");
}

/** The mounts at and below a path: where, of what, and with which options. */
export async function mountLines(machine: Machine, path: string): Promise<string[]> {
  return (await mountTable(machine))
    .filter((mount) => mount.path === path || mount.path.startsWith(`${path}/`))
    .map((mount) => `${mount.path} shows ${mount.root} ${mount.options.join(",")}`)
    .sort();
}
