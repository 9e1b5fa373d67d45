import { ContentCopier } from "../../linux/content.ts";
import { makeSpecialFile, makeSymlink, readLink } from "../../linux/directory-entries.ts";
import { isSystemError } from "../../linux/ffi.ts";
import { createFile, Descriptor, openHandle, reopenFile } from "../../linux/open.ts";
import type { Stat } from "../../linux/stat.ts";
import { copyAttributes } from "./attributes.ts";
import type { CopySession } from "./session.ts";

/** An object that is held by a handle, and what it was when it was looked at. */
export interface Original {
  readonly handle: number;
  readonly stat: Stat;
}

/** The default of /proc/sys/fs/lease-break-time and something more, in milliseconds. */
const leaseBreakTime = 50_000;

/** Copies single objects of every type but directories, with all their attributes. */
export class ObjectCopier {
  readonly #session: CopySession;
  readonly #content = new ContentCopier();

  constructor(session: CopySession) {
    this.#session = session;
  }

  /** Copies an object that is no directory to a name that must be free. */
  async object(original: Original, directory: number, name: string, path: string): Promise<void> {
    const { handle, stat } = original;
    if (stat.type === "file") {
      using copy = new Descriptor(createFile(directory, name, 0o600));
      return await this.file(original, copy.number, path);
    }
    if (stat.type === "symlink") makeSymlink(directory, name, readLink(handle, ""));
    else if (stat.type !== "directory") makeSpecialFile(directory, name, stat.type, stat.representedDevice);
    using copy = new Descriptor(openHandle(directory, name));
    this.attributes(original, copy.number, path);
    this.#session.files += 1;
  }

  /** Copies a regular file into a new one that is open for writing. */
  async file(original: Original, copy: number, path: string): Promise<void> {
    using content = await this.#openFile(original.handle);
    const { size } = original.stat;
    await this.#content.copy(content.number, copy, size, (bytes) => this.#session.wrote(bytes));
    this.attributes(original, copy, path);
    this.#session.files += 1;
  }

  /** The last thing to be done to a copy: attributes, times among them. */
  attributes(original: Original, copy: number, path: string): void {
    const { handle, stat } = original;
    const hasChanged = copyAttributes(handle, copy, stat, this.#session.lostAttributes);
    // The time of a FIFO or a device says when it was used, not that the node is another.
    if (hasChanged && (stat.type === "file" || stat.type === "directory")) this.#session.changed.push(path);
  }

  /** Opens a file; if somebody holds a lease on it (a Samba client), waits until they have given it up. */
  async #openFile(handle: number): Promise<Descriptor> {
    for (const start = performance.now(); ; ) {
      try {
        return reopenFile(handle);
      } catch (error) {
        if (!isSystemError(error, "EAGAIN") || performance.now() - start > leaseBreakTime) throw error;
      }
      await Bun.sleep(20);
      await this.#session.pause();
    }
  }
}
