/** Compares what stands on a machine, as lines (`tree.ts`), with what should. */

/**
 * How many entries a command left as they were, all others being as it wanted them.
 * @returns null if something is neither
 */
export function leftEntries(before: string, after: string, now: string): number | null {
  if (now === after) return 0;
  const [old, wanted, found] = [byEntry(before), byEntry(after), byEntry(now)];
  let left = 0;
  for (const entry of new Set([...old.keys(), ...wanted.keys(), ...found.keys()])) {
    const lines = found.get(entry);
    if (lines === wanted.get(entry)) continue;
    if (entry === "" || lines !== old.get(entry)) return null;
    left += 1;
  }
  return left;
}

/** The lines about each entry: `7/x`, for what is `x` in the directory `p7` or its bait, a backup of it included. */
function byEntry(text: string): Map<string, string> {
  const groups = new Map<string, string>();
  for (const line of text.split("\n")) {
    const entry = /\/[pq](\d+(?=[/ ])(?:\/[^/ .]*)?)/.exec(line)?.[1] ?? "";
    groups.set(entry, `${groups.get(entry) ?? ""}${line}\n`);
  }
  return groups;
}

const mostShown = 20;

/** What differs between two texts, line by line. */
export function differences(wanted: string, found: string): string {
  const [left, right] = [wanted, found].map((text) => new Set(text.split("\n")));
  const lines = [
    ...[...(left ?? [])].filter((line) => !right?.has(line)).map((line) => `- ${line}`),
    ...[...(right ?? [])].filter((line) => !left?.has(line)).map((line) => `+ ${line}`),
  ];
  return lines.slice(0, mostShown).join("\n");
}
