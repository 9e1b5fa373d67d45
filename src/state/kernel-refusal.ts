import { isSystemError } from "../linux/ffi.ts";
import { type Failure, failure } from "../model/problem.ts";

const remedies: Readonly<Record<string, string>> = {
  EACCES: "run imp as root, for example with `sudo`",
  EDQUOT: "the quota is used up: make room, then try again",
  ENOSPC: "the filesystem is full: make room, then try again",
  EPERM: "run imp as root, for example with `sudo`",
  EROFS: "the filesystem is read-only: mount it writable, or name another place with `--state-dir`",
};

/**
 * Runs `action`; what the kernel refuses in it becomes a {@link Failure} (1).
 * @param attempt what was tried, with the whole path, as it fits after "cannot": `read /srv/imp/lock`
 */
export function attempting<T>(attempt: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw isSystemError(error) ? refusal(attempt, error.message, error.code) : error;
  }
}

function refusal(attempt: string, reason: string, code: string): Failure {
  return failure(1, `cannot ${attempt}: ${reason}`, remedies[code]);
}
