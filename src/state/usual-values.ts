import type { Access, Identity } from "../model/object.ts";
import { isNormalPath } from "./normal-path.ts";
import { countFields, isSmallCount, type Unknown } from "./usual.ts";

/** Quick looks at the values that entries, steps and effects share: true only for what fits its form in `schema.ts`. */

/** Of a 64-bit number, in decimal. */
export const inodeNumber = /^\d{1,20}$/;
/** Since the epoch, in decimal. */
export const nanoseconds = /^-?\d{1,30}$/;

/** As `pathBelowRoot`. */
export function isBelowRoot(path: unknown): path is string {
  return typeof path === "string" && path !== "/" && isNormalPath(path);
}

/** True if it is one of these paths with the other behind it. Of two normal ones, that is one, too. */
export function isJoined(path: string, root: string, below: string): boolean {
  if (root === "/" || path.length !== root.length + below.length) return false;
  return path.startsWith(root) && path.endsWith(below);
}

/** As `identitySchema`. */
export function isIdentity(value: unknown): value is Identity {
  if (typeof value !== "object" || value === null || countFields(value) !== 2) return false;
  const { inode, birth }: Unknown<Identity> = value;
  if (typeof inode !== "string" || !inodeNumber.test(inode)) return false;
  return birth === null || (typeof birth === "string" && nanoseconds.test(birth));
}

/** As `accessSchema`, for most users. */
export function isUsualAccess(value: unknown): value is Access {
  if (typeof value !== "object" || value === null || countFields(value) !== 3) return false;
  const { uid, gid, mode }: Unknown<Access> = value;
  return isSmallCount(uid) && isSmallCount(gid) && isSmallCount(mode) && mode <= 0o7777;
}
