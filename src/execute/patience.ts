import { PathError } from "../linux/open-directory.ts";

/** For a whole command, in milliseconds. */
const longest = 1_000;

/**
 * Users can bend the ways below their directories again and again, each time for an instant: they exchange one of them
 * for a symlink. A step forward is refused then. A step back has to be made all the same, so it is tried until the way
 * is straight, or until it becomes clear that they do not stop.
 */
export class Patience {
  #left = longest;

  /** Runs `action`, again as long as it meets an unsafe path; it must do no harm to run it twice. */
  insist<T>(action: () => T): T {
    const begin = performance.now();
    for (;;) {
      try {
        return action();
      } catch (error) {
        const passed = performance.now() - begin;
        if (error instanceof PathError && error.failure.kind === "unsafe" && passed < this.#left) continue;
        this.#left -= passed;
        throw error;
      }
    }
  }
}
