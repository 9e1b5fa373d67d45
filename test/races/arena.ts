import { chmodSync, existsSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Machine, startMachine } from "../machine/machine.ts";
import { mountLines, treeLines } from "./tree.ts";

/** A machine with a user's home, their part of the persistence root, and what must never change. */

export const home = "/home/user";
export const store = "/persist/store";
/** Every path of the home has its counterpart in the store. */
export const stored = (path: string) => `${store}${path}`;

/** Root's own, laid out as the attacked directories are: what goes astray finds there all that it needs. */
export const decoys = ["/decoy", "/persist/decoy"] as const;

/** Number of the user whose home it is. */
export const user = 1000;

export async function startArena(): Promise<Machine & AsyncDisposable> {
  const machine = await startMachine();
  // In memory, for exchanging names takes a disk's filesystem several times as long.
  await machine.sh(`
    mount -t tmpfs -o mode=755 races /persist
    mkdir -p ${decoys.join(" ")} ${home} ${stored(home)}
    chown ${user}:${user} ${home} ${stored(home)}
  `);
  return machine;
}

export interface Access {
  readonly owner?: number;
  readonly mode?: number;
}

/** Makes a directory, its parents too, with an owner: the user, if none is named. */
export function directory(machine: Machine, path: string, access: Access = {}): void {
  const place = machine.outside(path);
  mkdirSync(place, { recursive: true });
  settle(place, access, 0o755);
}

export function file(machine: Machine, path: string, content: string, access: Access = {}): void {
  const place = machine.outside(path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, content);
  settle(place, access, 0o644);
}

export function symlink(machine: Machine, path: string, text: string): void {
  const place = machine.outside(path);
  symlinkSync(text, place);
  lchownSync(place, user, user);
}

function settle(place: string, { owner = user, mode }: Access, usual: number): void {
  lchownSync(place, owner, owner);
  chmodSync(place, mode ?? usual);
}

/** All of the decoys, so exactly that even what was changed and put back shows. */
export async function decoyLines(machine: Machine): Promise<string> {
  return linesOf(machine, decoys, "all");
}

/** All that a command may change: what the user sees, and what is stored. */
export async function liveLines(machine: Machine): Promise<string> {
  const places = ["/home", "/var/home", store].filter((place) => existsSync(machine.outside(place)));
  return linesOf(machine, places, "lasting");
}

async function linesOf(
  machine: Machine,
  places: readonly string[],
  exactness: "all" | "lasting",
): Promise<string> {
  const lines: string[] = [];
  for (const place of places) {
    lines.push(...treeLines(machine, place, exactness), ...(await mountLines(machine, place)));
  }
  return lines.join("\n");
}
