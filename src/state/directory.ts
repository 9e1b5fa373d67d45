import { isSystemError } from "../linux/ffi.ts";
import { closeDescriptor, openHandle } from "../linux/open.ts";
import { describeFailure, openDirectory } from "../linux/open-directory.ts";
import { type OpenDirectory, type OpenResult, tracePath } from "../linux/path-walk.ts";
import { statDescriptor } from "../linux/stat.ts";
import { join } from "../model/path.ts";
import { failure } from "../model/problem.ts";
import type { Trusted } from "./caller.ts";
import { attempting } from "./kernel-refusal.ts";
import { Unusable } from "./trouble.ts";
import { judgeWay } from "./trust.ts";

/** The open state directory, or one in it. Its descriptor is a mere handle (O_PATH). */
export interface StateDirectory extends OpenDirectory {
  /** Whom a run as root trusts; null in a run without root's powers. */
  readonly trusted: Trusted | null;
  readonly onAltered?: OnAltered | undefined;
}

/**
 * Hears of the path of each file that imp wrote and something else changed, though it still says what can be: a person
 * edited it, or a disk or memory fails.
 */
export type OnAltered = (path: string) => void;

/**
 * Opens the state directory for looking only. The caller closes the descriptor.
 * @returns null if it does not exist
 * @throws Failure (1) if it may not be read
 * @throws Unusable (1) if root cannot trust it
 */
export function openStateDirectory(
  path: string,
  trusted: Trusted | null,
  onAltered?: OnAltered,
): StateDirectory | null {
  const result = attempting(`open the state directory ${path}`, () => openDirectory(path));
  if (result.kind === "missing") return null;
  return { ...requireTrust(path, requireOpen(path, result), trusted), onAltered };
}

/**
 * Opens a directory inside the state directory.
 * @returns null if it does not exist
 */
export function openInside(directory: StateDirectory, name: string): StateDirectory | null {
  const path = join(directory.path, name);
  return attempting(`open ${path}`, () => {
    const descriptor = handleOrNull(directory, name);
    if (descriptor === null) return null;
    if (statDescriptor(descriptor).type === "directory") {
      return { ...directory, ...requireTrust(path, { descriptor, path }, directory.trusted) };
    }
    closeDescriptor(descriptor);
    throw failure(1, `${path} is not a directory`, "move it away: imp keeps its generations there");
  });
}

/** The directory that a openDirectory led to. @throws Failure (1) if it led to none */
export function requireOpen(path: string, result: OpenResult): OpenDirectory {
  if (result.kind === "open") return { descriptor: result.descriptor, path: result.path };
  const help =
    result.kind === "denied"
      ? "run imp with `sudo`"
      : "name another state directory with `--state-dir DIRECTORY`";
  throw failure(1, `cannot open the state directory ${path}: ${describeFailure(result)}`, help);
}

/**
 * Passes on an open directory if root can trust it, and if it is the one that the trusted way leads to; else closes it.
 * @throws Unusable (1), Failure (1)
 */
export function requireTrust(path: string, opened: OpenDirectory, trusted: Trusted | null): StateDirectory {
  if (trusted === null) return { ...opened, trusted };
  try {
    const way = tracePath(path);
    const distrust = judgeWay(path, way, trusted);
    if (distrust.length > 0) throw new Unusable(1, distrust);
    const end = way.passed.at(-1)?.stat;
    const stat = statDescriptor(opened.descriptor);
    if (way.end !== "found" || end?.inode !== stat.inode || end.device !== stat.device) {
      throw failure(1, `${path} was exchanged while imp looked at it`, "run imp again");
    }
    return { ...opened, trusted };
  } catch (error) {
    closeDescriptor(opened.descriptor);
    throw error;
  }
}

function handleOrNull(directory: OpenDirectory, name: string): number | null {
  try {
    return openHandle(directory.descriptor, name);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return null;
    throw error;
  }
}
