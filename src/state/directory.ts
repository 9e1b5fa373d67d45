import { changeMode, changeOwner } from "../linux/attributes.ts";
import { makeDirectory } from "../linux/directory-entries.ts";
import { isSystemError } from "../linux/ffi.ts";
import { sync } from "../linux/file-io.ts";
import { closeDescriptor, openForReading, openHandle, withDescriptor } from "../linux/open.ts";
import { describeFailure, openDirectory } from "../linux/open-directory.ts";
import { type OpenDirectory, type OpenResult, tracePath } from "../linux/path-walk.ts";
import { type Stat, statDescriptor } from "../linux/stat.ts";
import { effectiveUser } from "../linux/users.ts";
import { join, nameOf, parentOf } from "../model/path.ts";
import { Failure, failure } from "../model/problem.ts";
import type { Trusted } from "./caller.ts";
import { attempting } from "./kernel-refusal.ts";
import { checkTrust, judgeWay } from "./trust.ts";

/** The open state directory, or one in it. Its descriptor is a mere handle (O_PATH). */
export interface StateDirectory extends OpenDirectory {
  /** Whom a run as root trusts; null in a run without root's powers. */
  readonly trusted: Trusted | null;
}

/** Deeper than any path can be (PATH_MAX holds 2,048 names). */
const mostMissing = 2048;

/**
 * Opens the state directory for looking only. The caller closes the descriptor.
 * @returns null if it does not exist
 * @throws Failure (1) if it may not be read, or if root cannot trust it
 */
export function openStateDirectory(path: string, trusted: Trusted | null): StateDirectory | null {
  const result = attempting(`open the state directory ${path}`, () => openDirectory(path));
  if (result.kind === "missing") return null;
  return requireTrust(path, requireOpen(path, result), trusted);
}

/**
 * Opens the state directory, and creates it first if it does not exist, missing parents included. In a run as root each
 * new directory belongs to the owner of the one that holds it, so nothing in a home becomes root's, and has mode 0755,
 * so that `imp list` works without sudo; else the umask decides. The caller closes the descriptor.
 * @throws Failure (1) if it can't be created, or if root cannot trust it
 */
export function createStateDirectory(path: string, trusted: Trusted | null): StateDirectory {
  return attempting(`create the state directory ${path}`, () => {
    for (let created = 0; created < mostMissing; created += 1) {
      const result = openDirectory(path);
      if (result.kind !== "missing") {
        return requireTrust(path, requireOpen(path, result), trusted);
      }
      const problems = checkTrust(path, trusted);
      if (problems.length > 0) throw new Failure(1, problems);
      createMissing(result.at);
    }
    throw failure(1, `cannot create the state directory ${path}: it keeps vanishing`);
  });
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
      return requireTrust(path, { descriptor, path }, directory.trusted);
    }
    closeDescriptor(descriptor);
    throw failure(1, `${path} is not a directory`, "move it away: imp keeps its generations there");
  });
}

/** Opens a directory inside the state directory, and creates it if it does not exist. */
export function createInside(directory: StateDirectory, name: string): StateDirectory {
  const path = join(directory.path, name);
  attempting(`create ${path}`, () => createDirectory(directory, name));
  const inside = openInside(directory, name);
  if (inside === null) throw failure(1, `cannot create ${path}: it keeps vanishing`);
  return inside;
}

/** Waits until the names in the directory are on the disk. */
export function syncDirectory(directory: OpenDirectory): void {
  withDescriptor(openForReading(directory.descriptor, "."), (readable) => {
    try {
      sync(readable);
    } catch (error) {
      // Filesystems that have nothing to wait for answer so (fsync(2)).
      if (!isSystemError(error, "EINVAL")) throw error;
    }
  });
}

/** Gives a new object the owner of the directory that holds it, and a mode for all to read; only root needs to. */
export function shareWithOwner(descriptor: number, holder: Stat, mode: number): void {
  if (effectiveUser() !== 0) return;
  const { uid, gid } = statDescriptor(descriptor);
  if (uid !== holder.uid || gid !== holder.gid) changeOwner(descriptor, holder.uid, holder.gid);
  changeMode(descriptor, mode);
}

function createMissing(path: string): void {
  const parent = parentOf(path);
  const opened = requireOpen(parent, openDirectory(parent));
  withDescriptor(opened.descriptor, () => createDirectory(opened, nameOf(path)));
}

function createDirectory(holder: OpenDirectory, name: string): void {
  try {
    makeDirectory(holder.descriptor, name, 0o755);
  } catch (error) {
    // Another imp was faster, or it was there all along.
    if (isSystemError(error, "EEXIST")) return;
    throw error;
  }
  withDescriptor(openHandle(holder.descriptor, name), (created) => {
    // The owner of the holder can put a hard link there at once, to a file of root's; not to a directory.
    if (statDescriptor(created).type !== "directory") {
      throw failure(1, `${join(holder.path, name)} was exchanged while imp made it`, "run imp again");
    }
    shareWithOwner(created, statDescriptor(holder.descriptor), 0o755);
  });
  syncDirectory(holder);
}

function requireOpen(path: string, result: OpenResult): OpenDirectory {
  if (result.kind === "open") return { descriptor: result.descriptor, path: result.path };
  const help =
    result.kind === "denied"
      ? "run imp with `sudo`"
      : "name another state directory with `--state-dir DIRECTORY`";
  throw failure(1, `cannot open the state directory ${path}: ${describeFailure(result)}`, help);
}

/** Passes on an open directory if root can trust it, and if it is the one that the trusted way leads to; else closes it. */
function requireTrust(path: string, opened: OpenDirectory, trusted: Trusted | null): StateDirectory {
  if (trusted === null) return { ...opened, trusted };
  try {
    const way = tracePath(path);
    const problems = judgeWay(path, way, trusted);
    if (problems.length > 0) throw new Failure(1, problems);
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
