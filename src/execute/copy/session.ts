import { SystemError } from "../../linux/ffi.ts";
import { turnOfTheEventLoop } from "../interruption.ts";

export interface CopyOptions {
  /** Called between files and between chunks of large ones; what it throws stops the copy and undoes it. */
  readonly signal?: () => void;
  /** Called a hundred times a second at most, and at the end, with the sums so far. */
  readonly progress?: (files: number, bytes: number) => void;
  /** Called when all is copied, before the disk is waited for. */
  readonly syncing?: (bytes: number) => void;
}

/** What was copied, and what a person should know; paths are relative to the tree, `.` is the tree itself. */
export interface CopyResult {
  /** Names copied, directories not counted. */
  readonly files: number;
  /** Bytes of content; holes count in reflinked files only. */
  readonly bytes: number;
  /** Where a mount or a btrfs subvolume begins: an empty directory in the copy, as `cp -a -x` makes it. */
  readonly otherFilesystems: readonly string[];
  /** Deleted before they could be copied. */
  readonly vanished: readonly string[];
  /** Files and directories written to while they were copied: the copy may have a part of that. */
  readonly changed: readonly string[];
  /** Attributes that only the original's filesystem understands (`btrfs.compression`), each name once. */
  readonly lostAttributes: readonly string[];
}

/** Why a copy could not be made. */
export class CopyError extends Error {
  override readonly name = "CopyError";
  /** Relative to the tree; `.` is the tree itself. */
  readonly path: string;
  /** The errno's name, as in `SystemError`. */
  readonly code: string;

  constructor(path: string, cause: SystemError) {
    const isNamed = cause.path === "" || path === cause.path || path.endsWith(`/${cause.path}`);
    super(`${path}: ${cause.call}${isNamed ? "" : ` ${cause.path}`}: ${cause.message}`, { cause });
    this.path = path;
    this.code = cause.code;
  }
}

/** Runs `action`; a system call that fails in it becomes a {@link CopyError} about `path`. */
export async function concerning<T>(path: string, action: () => Promise<T> | T): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof SystemError ? new CopyError(path, error) : error;
  }
}

/** How long the event loop may have to wait, in milliseconds. */
const patience = 10;

/** What a copy that is under way has done so far, and the pauses that it makes. */
export class CopySession {
  files = 0;
  bytes = 0;
  readonly otherFilesystems: string[] = [];
  readonly vanished: string[] = [];
  readonly changed: string[] = [];
  readonly lostAttributes = new Set<string>();
  readonly #options: CopyOptions;
  #lastPause = performance.now();

  constructor(options: CopyOptions) {
    this.#options = options;
  }

  /** Between two steps: lets signal handlers and timers run if it is time, and stops if the person asks for that. */
  async pause(): Promise<void> {
    if (performance.now() - this.#lastPause >= patience) {
      this.#options.progress?.(this.files, this.bytes);
      await turnOfTheEventLoop();
      this.#lastPause = performance.now();
    }
    this.#options.signal?.();
  }

  async wrote(bytes: number): Promise<void> {
    this.bytes += bytes;
    await this.pause();
  }

  /** Says that the disk is going to be waited for. */
  syncing(): void {
    this.#options.syncing?.(this.bytes);
  }

  result(): CopyResult {
    this.#options.progress?.(this.files, this.bytes);
    const { files, bytes, otherFilesystems, vanished, changed } = this;
    return { files, bytes, otherFilesystems, vanished, changed, lostAttributes: [...this.lostAttributes] };
  }
}
