import type { Machine } from "./machine.ts";
import { mountPointsIn } from "./mount-table.ts";

/**
 * Unmounts all that is at or below the paths, so that what a failed test left behind is no business of the next one.
 * @returns the mount points that were there
 */
export async function unmountLeftovers(machine: Machine, ...paths: readonly string[]): Promise<string[]> {
  const left = await leftovers(machine, paths);
  // One mount can hide another, which is found at its place only in the next turn.
  for (let turn = 0; turn < 10; turn += 1) {
    const points = await leftovers(machine, paths);
    for (const point of points.reverse()) await machine.run(["umount", "--lazy", point]);
    if (points.length === 0) break;
  }
  return left;
}

async function leftovers(machine: Machine, paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => mountPointsIn(machine, path)));
  return found.flat();
}
