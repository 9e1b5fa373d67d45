import { isSystemError } from "../../linux/ffi.ts";
import { Descriptor, openHandle } from "../../linux/open.ts";
import { type Stat, statDescriptor, type Whereabouts, whereaboutsOf } from "../../linux/stat.ts";

/**
 * Trees that end where a mount, another filesystem or another btrfs subvolume begins, like those of `cp -x` and
 * `find -xdev`.
 */

/** What stands at a name: held, so that it stays the same object whatever becomes of the name. */
export interface Sighting extends Disposable {
  readonly handle: number;
  /** Null if the kernel does not let us look: the FUSE mount of a user, which even root may not touch (fuse(8)). */
  readonly stat: Stat | null;
  /** True for a directory that is not part of the tree. */
  readonly outside: boolean;
}

/** What stands at `name` in a directory of the tree; null if nothing does. The caller disposes of it. */
export function lookAt(directory: number, name: string, tree: Whereabouts): Sighting | null {
  const held = holdName(directory, name);
  if (held === null) return null;
  try {
    const stat = statUnlessElsewhere(held.number, tree);
    // On an overlay, files may have the device of a layer; and a file that something is mounted on is just a file.
    const outside = stat === null || (stat.type === "directory" && isElsewhere(stat, tree));
    return { handle: held.number, stat, outside, [Symbol.dispose]: () => held[Symbol.dispose]() };
  } catch (error) {
    held[Symbol.dispose]();
    throw error;
  }
}

function holdName(directory: number, name: string): Descriptor | null {
  try {
    return new Descriptor(openHandle(directory, name));
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return null;
    throw error;
  }
}

/** Null if the kernel does not let us look, and the object is not part of the tree. */
function statUnlessElsewhere(descriptor: number, tree: Whereabouts): Stat | null {
  try {
    return statDescriptor(descriptor);
  } catch (error) {
    if (isSystemError(error, "EACCES") && isElsewhere(whereaboutsOf(descriptor), tree)) return null;
    throw error;
  }
}

function isElsewhere(place: Whereabouts, tree: Whereabouts): boolean {
  return place.mountId !== tree.mountId || place.device !== tree.device;
}
