import { forgetCodePages } from "./code-pages.ts";

/** From so many entries on, memory counts for more than the half of a millisecond that it takes to save some. */
const many = 2000;

/** Called between the parts of a command: what the next one runs is other code, and nearly all of that runs once. */
export function spareMemory(entries: number): void {
  if (entries >= many) forgetCodePages();
}

/**
 * As {@link spareMemory}, and collects garbage, which takes some milliseconds: worth it only once, when what was read is
 * checked and its text is of no more use.
 */
export function spareMuchMemory(entries: number): void {
  if (entries >= many) Bun.gc(true);
  spareMemory(entries);
}
