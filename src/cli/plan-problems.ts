import type { Entry } from "../model/manifest.ts";
import type { Conflict, Plan } from "../model/plan.ts";
import type { Place, Problem } from "../model/problem.ts";

/** A configuration as it was read, or as a generation keeps it. */
export interface ConfigText {
  readonly path: string;
  readonly text: string;
}

/** Conflicts as problems that show the entry's line in the configuration. */
export function conflictProblems(config: ConfigText, conflicts: readonly Conflict[]): Problem[] {
  const problems = conflicts.map(
    ({ message, help, entry }): Problem => ({
      severity: "error",
      message,
      ...(help === undefined ? {} : { help }),
      ...(entry === undefined ? {} : placeOf(config, entry)),
    }),
  );
  // A persistence root that is missing is in the way of each of its entries; once is enough.
  return inOrderOfFile(problems).filter(
    ({ message }, index, all) => all.findIndex((other) => other.message === message) === index,
  );
}

function inOrderOfFile(problems: readonly Problem[]): Problem[] {
  return problems.toSorted(
    ({ place: left }, { place: right }) =>
      (left?.line ?? 0) - (right?.line ?? 0) || (left?.column ?? 0) - (right?.column ?? 0),
  );
}

/** A plan's notices as warnings. */
export function noticeProblems(plan: Plan): Problem[] {
  return plan.notices.map(({ message, help }) => ({
    severity: "warning",
    message,
    ...(help === undefined ? {} : { help }),
  }));
}

function placeOf(config: ConfigText, entry: Entry): { place: Place; excerpt: string } {
  const excerpt = config.text.split(/\r?\n/)[entry.place.line - 1] ?? "";
  return { place: { file: config.path, ...entry.place }, excerpt };
}
