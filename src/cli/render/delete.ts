import type { JsonObject } from "./json.ts";

/** `deleted` is empty if the person at the terminal did not agree. */
export function deleteJson(deleted: readonly number[]): JsonObject {
  return { ok: deleted.length > 0, command: "delete", deleted };
}
