import type { Place, Problem } from "../../model/problem.ts";

/** Everything that JSON can say. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** What `--json` prints: one of these, described in `docs/json.md`. */
export type JsonObject = {
  /** The exit code is 0. */
  readonly ok: boolean;
  /** Null if the command line names none. */
  readonly command: string | null;
  readonly [key: string]: JsonValue;
};

export type JsonPlace = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  /** Null if the file says what is meant; else the generation that recorded it. */
  readonly generation: number | null;
};

export type JsonProblem = {
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly place: JsonPlace | null;
  readonly help: string | null;
  /** The processes that stand in the way. */
  readonly holders: readonly JsonHolder[];
};

export type JsonHolder = {
  readonly pid: number;
  readonly command: string;
  readonly by: string;
  readonly path: string;
};

export function problemJson({ severity, message, place, help, holders = [] }: Problem): JsonProblem {
  return {
    severity,
    message,
    place: place === undefined ? null : placeJson(place),
    help: help ?? null,
    holders: holders.map(({ pid, command, by, path }) => ({ pid, command, by, path })),
  };
}

function placeJson({ file, line, column, length, generation }: Place): JsonPlace {
  return { file, line, column, length, generation: generation ?? null };
}

/** An object as it is printed: every command's has the warnings that a person would have read on stderr. */
export function withWarnings(object: JsonObject, reported: readonly Problem[]): JsonObject {
  const warnings = reported.filter(({ severity }) => severity === "warning");
  return { ...object, warnings: warnings.map(problemJson) };
}

/** What comes out instead of a command's own object when the command fails. */
export function failureJson(
  command: string | null,
  exitCode: number,
  problems: readonly Problem[],
): JsonObject {
  return { ok: false, command, error: { exitCode, problems: problems.map(problemJson) } };
}
