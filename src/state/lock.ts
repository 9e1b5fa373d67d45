import { isSystemError } from "../linux/ffi.ts";
import { readAtStart, truncate, tryLock, unlock, writeAtStart } from "../linux/file-io.ts";
import { closeDescriptor, createFile, openForReading, openForUpdate } from "../linux/open.ts";
import { startTime } from "../linux/processes.ts";
import { statAt, statDescriptor } from "../linux/stat.ts";
import { join } from "../model/path.ts";
import { type Failure, failure } from "../model/problem.ts";
import { shareWithOwner } from "./create-directory.ts";
import type { StateDirectory } from "./directory.ts";
import { attempting } from "./kernel-refusal.ts";
import { Unusable } from "./trouble.ts";
import { shellWord } from "./trouble-words.ts";
import { judgeFile } from "./trust.ts";

/**
 * One changing command at a time: flock(2) on `STATE/lock`. The kernel drops the lock with its holder, so a dead one
 * never blocks; the file itself stays, as removing it would let two commands lock different files of the same name.
 *
 * Only the owner of the state may open the file (mode 0600): flock(2) asks for no more than a descriptor for reading,
 * and whoever can read the file could keep imp from working forever.
 */
const lockName = "lock";

export interface LockRequest {
  /** How long to wait for another imp; 0 tries once. */
  readonly waitMilliseconds: number;
  /** What this command is, for the people who wait for it: `imp apply`. */
  readonly command: string;
  /** Called again and again while another imp has the lock, with what it says of itself. */
  readonly whileWaiting?: (holder: string | null) => void;
}

const firstPause = 20;
const longestPause = 200;

/**
 * Takes the lock of the state directory.
 * @returns what releases it
 * @throws Failure (1) that names the holder if it does not come free in time
 * @throws Unusable (1) if root cannot trust the file
 */
export async function acquireLock(directory: StateDirectory, request: LockRequest): Promise<() => void> {
  const deadline = performance.now() + request.waitMilliseconds;
  for (let pause = firstPause; ; pause = Math.min(pause * 1.5, longestPause)) {
    const attempt = attempting(`lock ${join(directory.path, lockName)}`, () => tryToAcquire(directory));
    if ("held" in attempt) {
      writeHolder(attempt.held, request.command);
      return () => release(attempt.held);
    }
    const left = deadline - performance.now();
    if (left <= 0) throw busy(attempt.holder);
    request.whileWaiting?.(attempt.holder);
    await Bun.sleep(Math.min(pause, left));
  }
}

function tryToAcquire(
  directory: StateDirectory,
): { readonly held: number } | { readonly holder: string | null } {
  for (;;) {
    const descriptor = openLock(directory);
    let kept = false;
    try {
      const distrust = judgeFile(join(directory.path, lockName), descriptor, directory.trusted);
      if (distrust !== null) throw new Unusable(1, [distrust]);
      // Another process may have removed the file since it was opened; then this lock keeps no other imp out.
      if (!isNamed(descriptor, directory)) continue;
      adopt(descriptor, directory);
      if (!tryLock(descriptor)) return { holder: readHolder(descriptor) };
      kept = isNamed(descriptor, directory);
      if (kept) return { held: descriptor };
    } finally {
      if (!kept) closeDescriptor(descriptor);
    }
  }
}

function openLock(directory: StateDirectory): number {
  for (;;) {
    try {
      return openForUpdate(directory.descriptor, lockName);
    } catch (error) {
      // `restore` need not write if nothing drifted; whatever has to write says itself that it can't.
      if (isSystemError(error, "EROFS") && statAt(directory.descriptor, lockName) !== null) {
        return openForReading(directory.descriptor, lockName);
      }
      if (!isSystemError(error, "ENOENT")) throw error;
    }
    createLock(directory);
  }
}

function createLock(directory: StateDirectory): void {
  try {
    closeDescriptor(createFile(directory.descriptor, lockName, 0o600));
  } catch (error) {
    // Another imp was faster.
    if (!isSystemError(error, "EEXIST")) throw error;
  }
}

/**
 * True if the open file is the lock. The owner of the state can make the name a hard link to a file of root's, where the
 * kernel does not protect those; that the name is the only one has to be asked by the name, as it can be gone by now.
 * @throws Failure (1) if the file has another name: a signature would overwrite what that stands for
 */
function isNamed(descriptor: number, directory: StateDirectory): boolean {
  const named = statAt(directory.descriptor, lockName);
  if (named?.inode !== statDescriptor(descriptor).inode) return false;
  if (named.links === 1) return true;
  const path = join(directory.path, lockName);
  const message = `${path} is no lock of imp's: the file has another name somewhere else (a hard link)`;
  throw failure(1, message, `\`rm ${shellWord(path)}\`: imp makes a new one`);
}

/** Gives the lock to the owner of the state alone; again each time, as its creator may have been killed. */
function adopt(descriptor: number, directory: StateDirectory): void {
  try {
    shareWithOwner(descriptor, statDescriptor(directory.descriptor), 0o600);
  } catch (error) {
    if (!isSystemError(error, "EROFS")) throw error;
  }
}

/**
 * The holder signs with its pid, its start time and its command. `/proc/locks` would tell the pid too, but names files
 * by a device number that differs from stat(2)'s on btrfs and overlayfs, so it often can't tell which lock is ours.
 */
function writeHolder(descriptor: number, command: string): void {
  const text = new TextEncoder().encode(`${process.pid} ${startTime(process.pid) ?? "?"} ${command}\n`);
  try {
    truncate(descriptor);
    writeAtStart(descriptor, text);
  } catch {
    // The lock holds without a signature, for example on a full disk.
  }
}

const signature = /^(?<pid>\d{1,10}) (?<start>\d{1,20}) (?<command>[^\n]{1,200})\n/;

/** Who signed the lock, if that is a process that still runs in this pid namespace: `812 (imp apply)`. */
function readHolder(descriptor: number): string | null {
  const buffer = new Uint8Array(512);
  let length: number;
  try {
    length = readAtStart(descriptor, buffer);
  } catch {
    return null;
  }
  const groups = signature.exec(new TextDecoder().decode(buffer.subarray(0, length)))?.groups;
  const { pid = "", start = "", command = "" } = groups ?? {};
  if (pid === "" || startTime(Number(pid)) !== start) return null;
  return `${pid} (${command.replace(/\p{C}/gu, "\uFFFD")})`;
}

function release(descriptor: number): void {
  try {
    truncate(descriptor);
  } catch {
    // An old signature does no harm: its process is checked.
  }
  try {
    unlock(descriptor);
  } catch {
    // The kernel does it when the file is closed, at the latest with this process; the command itself is done.
  } finally {
    closeDescriptor(descriptor);
  }
}

function busy(holder: string | null): Failure {
  const message = `another imp is at work${holder === null ? "" : `: pid ${holder}`}`;
  return failure(1, message, "wait until it is done, or give it more time with `--wait SECONDS`");
}
