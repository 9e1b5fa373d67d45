import { isSystemError } from "../linux/ffi.ts";
import type { Node, Observed } from "../model/observation.ts";

/**
 * The same system for one who goes on where something can't be looked at: what the kernel fails to read is unknown, and
 * no reason to learn nothing of all else.
 */
export function tolerant(observed: Observed): Observed {
  const or = <T>(look: () => T, otherwise: (reason: string) => T): T => {
    try {
      return look();
    } catch (error) {
      if (isSystemError(error)) return otherwise(`${error.message} (${error.code})`);
      throw error;
    }
  };
  return {
    mounts: observed.mounts,
    node: (view) =>
      or(
        () => whole(observed.node(view)),
        (reason): Node => ({ kind: "unknown", at: view.path, reason }),
      ),
    real: (path) =>
      or(
        () => observed.real(path),
        () => path,
      ),
    // What may hold something must not pass for empty.
    countNames: (view) =>
      or(
        () => observed.countNames(view),
        () => 1,
      ),
    isHidden: (mount) =>
      or(
        () => observed.isHidden(mount),
        () => null,
      ),
    sameBytes: (left, right) =>
      or(
        () => observed.sameBytes(left, right),
        () => false,
      ),
  };
}

/** What a symlink would find out only when asked is found out now, so that it can't fail later. */
function whole(node: Node): Node {
  return node.kind === "symlink" ? { ...node } : node;
}
