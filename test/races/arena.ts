import { chmodSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Machine, startMachine } from "../machine/machine.ts";
import { mountLines, treeLines } from "./tree.ts";

/** A machine with a user's home, their part of the persistence root, and what must never change. */

export const home = "/home/user";
export const store = "/persist/store";
/** Root's own, laid out as the attacked directories are: what goes astray finds there all that it needs. */
export const decoys = ["/decoy", "/persist/decoy"] as const;

export const user = 1000;

/** Every path of the user's home has its counterpart in the store. */
export const stored = (path: string) => `${store}${path}`;

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

export function symlink(machine: Machine, path: string, text: string, owner = user): void {
  const place = machine.outside(path);
  symlinkSync(text, place);
  lchownSync(place, owner, owner);
}

function settle(place: string, { owner = user, mode }: Access, usual: number): void {
  lchownSync(place, owner, owner);
  chmodSync(place, mode ?? usual);
}

/** All of the decoys, so exactly that even what was changed and put back shows. */
export async function decoyLines(machine: Machine): Promise<string> {
  const lines: string[] = [];
  for (const decoy of decoys) {
    lines.push(...treeLines(machine, decoy, "all"), ...(await mountLines(machine, decoy)));
  }
  return lines.join("\n");
}

/** All that a command may change: what the user sees, and what is stored. */
export async function liveLines(machine: Machine): Promise<string> {
  const lines: string[] = [];
  for (const place of [home, store]) {
    lines.push(...treeLines(machine, place, "lasting"), ...(await mountLines(machine, place)));
  }
  return lines.join("\n");
}
