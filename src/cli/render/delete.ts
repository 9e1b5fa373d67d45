import type { Problem } from "../../model/problem.ts";
import { type JsonObject, problemJson } from "./json.ts";

/** `deleted` is empty if the person at the terminal did not agree. */
export function deleteJson(deleted: readonly number[], warnings: readonly Problem[]): JsonObject {
  return { ok: deleted.length > 0, command: "delete", deleted, warnings: warnings.map(problemJson) };
}
