import type { FollowedLink } from "../linux/path-walk.ts";
import type { Stat } from "../linux/stat.ts";
import { type MountTable, visibleMount } from "../model/mount.ts";
import { parentOf } from "../model/path.ts";
import { Failure } from "../model/problem.ts";

/**
 * Holds the answers of one observation against each other. Users can exchange directories of theirs for symlinks, with
 * mounts in them, while imp looks: a plan that has seen both would lead to a place that neither leads to.
 * Paths are without symlinks.
 */
export class RaceCheck {
  readonly #mounts: MountTable;
  readonly #directories = new Set<string>();
  /** Their texts, as far as they were read. */
  readonly #links = new Map<string, string | null>();

  constructor(mounts: MountTable) {
    this.#mounts = mounts;
  }

  /** `path` has led to a directory. */
  noteDirectory(path: string): void {
    for (let at = path; !this.#directories.has(at); at = parentOf(at)) {
      if (this.#links.has(at)) throw exchanged(at);
      this.#directories.add(at);
    }
  }

  /** At `path` a symlink was found, of this text; null if it was not read. */
  noteLink(path: string, text: string | null): void {
    const known = this.#links.get(path) ?? null;
    if (this.#directories.has(path) || (known !== null && text !== null && known !== text)) {
      throw exchanged(path);
    }
    this.#links.set(path, text ?? known);
  }

  /** A way has led through these symlinks. */
  noteFollowed(links: readonly FollowedLink[]): void {
    for (const { at, text } of links) this.noteLink(at, text);
  }

  /** At `path` this object was found, on the mount that the table says is there, unless mounts came or went. */
  noteObject(path: string, { mountId }: Stat): void {
    // Older kernels don't tell (STATX_MNT_ID, Linux 5.8).
    if (mountId !== 0 && mountId !== visibleMount(this.#mounts, path).id) throw exchanged(path);
  }
}

/** Something was exchanged while imp looked: what was seen of it before and what after do not fit together. */
export class Exchanged extends Failure {}

/** What is at `path` is not what was there a moment ago. */
export function exchanged(path: string): Exchanged {
  const message = `${path} was exchanged for something else while imp looked at it`;
  return new Exchanged(1, [{ severity: "error", message, help: "run imp again" }]);
}
