import type { Entry } from "../model/manifest.ts";
import { isBelow } from "../model/path.ts";

/**
 * Calls `visit` for every entry with those whose targets lie above its own, outermost first. Takes n log n steps,
 * however deep the paths are.
 */
export function visitNested(
  entries: readonly Entry[],
  visit: (entry: Entry, enclosing: readonly Entry[]) => void,
): void {
  // With NUL for the slash, which no path holds, plain order puts all that lies below a path right behind it.
  const keyed = entries.map((entry) => ({ entry, key: entry.target.replaceAll("/", "\0") }));
  keyed.sort((left, right) => (left.key < right.key ? -1 : Number(left.key > right.key)));
  const enclosing: Entry[] = [];
  for (const { entry } of keyed) {
    for (let last = enclosing.at(-1); last !== undefined; last = enclosing.at(-1)) {
      if (isBelow(entry.target, last.target)) break;
      enclosing.pop();
    }
    visit(entry, enclosing);
    enclosing.push(entry);
  }
}
