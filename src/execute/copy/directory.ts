import { errno } from "../../linux/abi.ts";
import { changeOwner } from "../../linux/attributes.ts";
import { makeDirectory, makeLink, readNames } from "../../linux/directory-entries.ts";
import { isSystemError, SystemError } from "../../linux/ffi.ts";
import { Descriptor, openBelow, openHandle } from "../../linux/open.ts";
import { type Stat, statDescriptor } from "../../linux/stat.ts";
import { copyAccess, ObjectCopier, type Original } from "./object.ts";
import { lookAt } from "./one-file-system.ts";
import { type CopySession, concerning } from "./session.ts";

/**
 * Copies a directory's content while an attacker may be changing it. Everything is reached from an open directory by
 * one name at a time, no link is followed, and what is looked at is held and is itself what gets read (`one-file-system.ts`,
 * `linux/open.ts`): nothing outside the tree is ever opened. The copy must be closed to everybody else.
 *
 * Users can hard-link another user's file into a folder of theirs (where fs.protected_hardlinks is off). It is copied
 * with its owner, mode and access lists: they can read the copy no better than the original.
 */
export class DirectoryCopier {
  readonly #session: CopySession;
  readonly #objects: ObjectCopier;
  readonly #top: Original;
  readonly #copy: number;
  readonly #copyStat: Stat;
  /** By the identity of an original with several names: where in the copy the first of them is. */
  readonly #links = new Map<string, string>();

  /** @param copy an empty directory, as a handle or open */
  constructor(top: Original, copy: number, session: CopySession) {
    this.#top = top;
    this.#copy = copy;
    this.#copyStat = statDescriptor(copy);
    this.#session = session;
    this.#objects = new ObjectCopier(session);
  }

  async content(): Promise<void> {
    const { handle, stat } = this.#top;
    await this.#content(handle, this.#copy, stat, readNames(handle), "");
  }

  /** Gives the copy the directory's own attributes. */
  attributes(): void {
    this.#objects.attributes(this.#top, this.#copy, ".");
  }

  async #content(
    original: number,
    copy: number,
    folder: Stat,
    names: readonly string[],
    prefix: string,
  ): Promise<void> {
    for (const name of names) {
      await this.#session.pause();
      const path = prefix + name;
      await concerning(path, () => this.#name(original, copy, folder, name, path));
    }
  }

  async #name(original: number, copy: number, folder: Stat, name: string, path: string): Promise<void> {
    using seen = lookAt(original, name, this.#top.stat);
    if (seen === null) {
      this.#session.vanished.push(path);
      return;
    }
    const { handle, stat, outside } = seen;
    if (stat === null || outside) this.#mountPoint(copy, name, path, stat, folder);
    else if (stat.type === "directory") await this.#directory({ handle, stat }, copy, name, path);
    else if (stat.links === 1) await this.#objects.object({ handle, stat }, copy, name, path);
    else await this.#linked({ handle, stat }, copy, name, path);
  }

  async #directory(original: Original, parent: number, name: string, path: string): Promise<void> {
    const { handle, stat } = original;
    if (stat.device === this.#copyStat.device && stat.inode === this.#copyStat.inode) {
      throw new SystemError("copy into itself", errno.EINVAL, name);
    }
    const names = namesUnlessRemoved(handle);
    if (names === null) {
      this.#session.vanished.push(path);
      return;
    }
    makeDirectory(parent, name, 0o700);
    using copy = new Descriptor(openHandle(parent, name));
    await this.#content(handle, copy.number, stat, names, `${path}/`);
    this.#objects.attributes(original, copy.number, path);
  }

  /** Another name of what was copied already becomes a hard link to that. */
  async #linked(original: Original, copy: number, name: string, path: string): Promise<void> {
    const { device, inode, birth } = original.stat;
    // The birth time tells it from a later file that got the same inode.
    const identity = `${device} ${inode} ${birth}`;
    const first = this.#links.get(identity);
    if (first === undefined) {
      await this.#objects.object(original, copy, name, path);
      this.#links.set(identity, path);
      return;
    }
    const slash = first.lastIndexOf("/");
    using folder = openBelow(this.#copy, first.slice(0, slash + 1));
    makeLink(folder.number, first.slice(slash + 1), copy, name);
    this.#session.files += 1;
  }

  /**
   * Where another filesystem begins, an empty directory stands in the copy, with the access and times that are seen
   * there. Its extended attributes are that filesystem's own affair.
   * @param stat null where that filesystem does not let us look
   */
  #mountPoint(parent: number, name: string, path: string, stat: Stat | null, folder: Stat): void {
    makeDirectory(parent, name, 0o700);
    using copy = new Descriptor(openHandle(parent, name));
    if (stat === null) changeOwner(copy.number, folder.uid, folder.gid);
    else copyAccess(copy.number, stat);
    this.#session.otherFilesystems.push(path);
  }
}

function namesUnlessRemoved(directory: number): string[] | null {
  try {
    return readNames(directory);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return null;
    throw error;
  }
}
