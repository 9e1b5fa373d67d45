import type { JsonObject } from "./json.ts";

/** `deleted` is empty if the person at the terminal did not agree. */
export function deleteJson(deleted: readonly number[]): JsonObject {
  return { ok: deleted.length > 0, command: "delete", deleted };
}

/** `generation 2`, or `generations 1, 2 and 4`. */
export function inWords(numbers: readonly number[]): string {
  const last = numbers.at(-1) ?? "";
  if (numbers.length === 1) return `generation ${last}`;
  return `generations ${numbers.slice(0, -1).join(", ")} and ${last}`;
}
