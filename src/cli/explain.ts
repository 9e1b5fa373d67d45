import type { SystemError } from "../linux/ffi.ts";
import type { PathError } from "../linux/open-directory.ts";
import { Failure, type Problem } from "../model/problem.ts";
import { Unusable } from "../state/trouble.ts";

/** Why a command ended, in words for a person. */
export interface Explanation {
  readonly exitCode: number;
  readonly problems: readonly Problem[];
}

/**
 * Explains whatever was thrown. The kernel's errors are told by their names and not by their classes: importing those
 * would load the system call interface, which `imp --help` does without.
 */
export async function explain(error: unknown, verbose: boolean): Promise<Explanation> {
  if (error instanceof Failure) return error;
  if (error instanceof Unusable) {
    const { inWords } = await import("../state/trouble-words.ts");
    return inWords(error);
  }
  if (isSystemError(error)) return { exitCode: 1, problems: [explainSystemError(error)] };
  if (isPathError(error)) return { exitCode: 1, problems: [explainPathError(error)] };
  return { exitCode: 1, problems: [explainBug(error, verbose)] };
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && error.name === "SystemError";
}

function isPathError(error: unknown): error is PathError {
  return error instanceof Error && error.name === "PathError";
}

const asRoot = "run imp as root, for example with `sudo`";

const remedies: Readonly<Record<string, string>> = {
  EACCES: asRoot,
  EPERM: asRoot,
  ENOSPC: "the filesystem is full: make room, then run imp again",
  EDQUOT: "the quota is used up: make room, then run imp again",
  EROFS: "the filesystem is read-only: remount it writable, then run imp again",
  ENOSYS: "imp needs Linux 5.12 or newer",
};

function explainSystemError({ path, call, code, message }: SystemError): Problem {
  const what = path === "" ? call : path;
  return problem(`${what}: ${message} (${path === "" ? code : `${code} from ${call}`})`, remedies[code]);
}

function explainPathError({ message, failure }: PathError): Problem {
  switch (failure.kind) {
    case "denied":
      return problem(message, asRoot);
    case "unsafe":
      return problem(message, `replace ${failure.at} by a directory, or name the directory that it leads to`);
    case "blocked":
      return problem(message, "move it away, or name another path");
    case "missing":
      return problem(message);
  }
}

function explainBug(error: unknown, verbose: boolean): Problem {
  const isError = error instanceof Error;
  const summary = isError ? `${error.name}: ${error.message}` : String(error);
  const help = "please report this, with the command and what it printed with `--verbose`";
  const stack = isError && verbose ? (error.stack ?? "") : "";
  return problem(`imp hit a bug: ${summary}`, stack === "" ? help : `${help}\n${stack}`);
}

function problem(message: string, help?: string): Problem {
  return { severity: "error", message, ...(help === undefined ? {} : { help }) };
}
