import { largestConfig } from "../../config/locate.ts";
import { SystemError } from "../../linux/ffi.ts";
import { PathError } from "../../linux/open-directory.ts";
import { tracePath } from "../../linux/path-walk.ts";
import type { Entry } from "../../model/manifest.ts";
import type { Plan } from "../../model/plan.ts";
import { inOrderOfFile, type Problem } from "../../model/problem.ts";
import { readEnd } from "../../state/trust.ts";

/** A configuration as it was read, or as a generation keeps it. */
export interface ConfigText {
  readonly path: string;
  readonly text: string;
  /** The generation that keeps it; absent if it was read just now. */
  readonly generation?: number;
}

/** What stands against an entry, or against all of them. */
interface Objection {
  readonly message: string;
  readonly help?: string;
  readonly entry?: Entry;
}

/** Conflicts as problems that show the entry's line in the configuration, in its order. */
export async function conflictProblems(
  config: ConfigText,
  conflicts: readonly Objection[],
): Promise<Problem[]> {
  if (conflicts.length === 0) return [];
  // Loaded only when there is something to show.
  const { entryPlaces } = await import("../../config/read-placed.ts");
  const placeOf = entryPlaces(config.text, config.path);
  const recorded =
    config.generation === undefined || isOnDisk(config) ? {} : { generation: config.generation };
  const problems = conflicts.map(({ message, help, entry }): Problem => {
    const found = entry === undefined ? null : placeOf(entry);
    return {
      severity: "error",
      message,
      ...(help === undefined ? {} : { help }),
      ...(found === null ? {} : { place: { ...found.place, ...recorded }, excerpt: found.excerpt }),
    };
  });
  // A persistence root that is missing is in the way of each of its entries; once is enough.
  const distinct = new Map<string, Problem>();
  for (const problem of inOrderOfFile(problems)) {
    if (!distinct.has(problem.message)) distinct.set(problem.message, problem);
  }
  return [...distinct.values()];
}

/** True if the file still says what the generation recorded. */
function isOnDisk({ path, text }: ConfigText): boolean {
  try {
    const way = tracePath(path);
    if (way.end !== "found" || way.passed.at(-1)?.stat.type !== "file") return false;
    const reading = readEnd(way, largestConfig);
    return reading.kind === "read" && new TextDecoder().decode(reading.bytes) === text;
  } catch (error) {
    // What may not be read, or is gone by now.
    if (error instanceof SystemError || error instanceof PathError) return false;
    throw error;
  }
}

/** A plan's notices as warnings. */
export function noticeProblems(plan: Plan): Problem[] {
  return plan.notices.map(({ message, help }) => ({
    severity: "warning",
    message,
    ...(help === undefined ? {} : { help }),
  }));
}
