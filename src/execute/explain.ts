import { isSystemError, type SystemError } from "../linux/ffi.ts";
import { PathError } from "../linux/open-directory.ts";
import type { Step } from "../model/plan.ts";
import { Failure, type Problem } from "../model/problem.ts";
import { EntriesRefused } from "../model/special-failure.ts";
import { busyProblem } from "./busy-mounts.ts";
import { CopyError } from "./copy/session.ts";

/** What went wrong with a step, in words. */

/** What the kernel refused, in words. */
export function explain(error: unknown, step: Step): unknown {
  const problem = problemWith(error, step);
  if (problem === null) return error;
  const help = `${problem.help}\n${undone}`;
  return new EntriesRefused([{ serves: step.serves, problem }], [{ ...problem, help }]);
}

function problemWith(error: unknown, step: Step): Problem | null {
  const cause = error instanceof CopyError ? error.cause : error;
  if (isSystemError(cause, "EBUSY") && (step.kind === "unmount" || step.kind === "replace-mount")) {
    return busyProblem(`${failedAttempt(step)}: it is busy`, step.target);
  }
  if (isSystemError(cause)) {
    const reason = error === cause ? cause.message : String(error);
    return problem(`${failedAttempt(step)}: ${reason} (${cause.code})`, remedyFor(cause));
  }
  if (error instanceof PathError)
    return problem(`${failedAttempt(step)}: ${error.message}`, "put that right");
  return null;
}

export const undone = "nothing changed: every step before it was undone";

function problem(message: string, help: string): Problem {
  return { severity: "error", message, help };
}

export function withLeftovers(error: unknown, leftovers: readonly Problem[]): unknown {
  if (!(error instanceof Failure) || leftovers.length === 0) return error;
  const problems = [...error.problems, ...leftovers];
  const isUndone = leftovers.every(({ severity }) => severity === "warning");
  if (error instanceof EntriesRefused && isUndone) return new EntriesRefused(error.refusals, problems);
  return new Failure(error.exitCode, problems);
}

/** What a step is about, as the start of a sentence about its failure. */
function failedAttempt(step: Step): string {
  switch (step.kind) {
    case "create-directory":
      return `Failed to create the directory ${step.path}`;
    case "create-file":
      return `Failed to create the file ${step.path}`;
    case "copy-source":
      return `Failed to copy ${step.from} to ${step.to}`;
    case "adopt-file":
      return `Failed to adopt ${step.from} as ${step.to}`;
    case "set-access":
      return `Failed to change owner and mode of ${step.path}`;
    case "back-up":
      return `Failed to rename ${step.path} to ${step.backup}`;
    case "put-back":
      return `Failed to rename ${step.backup} to ${step.path}`;
    case "mount":
    case "replace-mount":
      return `Failed to create mount at ${step.target}`;
    case "set-mount-options":
      return `Failed to change the options of the mount at ${step.target}`;
    case "set-hidden":
      return `Failed to change whether file managers show the mount at ${step.target}`;
    case "unmount":
      return `Failed to unmount ${step.target}`;
    case "link":
    case "replace-link":
    case "exchange-for-link":
    case "replace-file":
      return `Failed to create symlink at ${step.path}`;
    case "unlink":
    case "unlink-to-copy":
      return `Failed to remove the symlink ${step.path}`;
    case "set-aside":
      return `Failed to remove ${step.path}`;
  }
}

/** What a person can do about a refusal of the kernel. */
function remedyFor(error: SystemError): string {
  switch (error.code) {
    case "EPERM":
    case "EACCES":
      return "run the command with sudo; inside a container it needs CAP_SYS_ADMIN";
    case "EBUSY":
      return "something uses it; stop that and try again";
    case "EMLINK":
      return "it may have another name somewhere else: make it a file of its own (cp it and mv the copy over it)";
    case "ESTALE":
      return "somebody put something else there just now; look what it is, and try again";
    case "EROFS":
      return "the filesystem is read-only; mount it writable, or leave the entry out";
    case "ENOSPC":
    case "EDQUOT":
      return "the filesystem is full; free some room and try again";
    case "EXDEV":
      return "a directory of an overlay's lower layer can't be renamed; move it away by hand (cp -a, then rm -r)";
    case "ENOSYS":
      return "imp needs Linux 5.12 or newer";
    default:
      return "put that right and try again";
  }
}
