import { readByPath } from "./file-io.ts";
import type { Stat } from "./stat.ts";
import { effectiveUser } from "./users.ts";

/** Who besides root could have put an object where it is found. */

/** Stands for more than one user; owns nothing. */
export const severalUsers = 0xffffffff;

/** The user who could have put this object into this folder; 0 if only root could, see also {@link severalUsers}. */
export function authorIn(folder: Stat, found: Stat): number {
  const isShared = (folder.mode & sharing(folder)) !== 0;
  if (isShared && !isGuarded(folder, found)) return severalUsers;
  // Who owns a symlink has made it, or in a sticky folder can make it anew.
  const isOwners = isShared || found.type === "symlink";
  return together(folder.uid, isOwners ? found.uid : 0);
}

/** The author of what two have a hand in. */
export function together(left: number, right: number): number {
  if (left === 0 || right === 0) return left + right;
  return left === right ? left : severalUsers;
}

/** The bits that let others than the owner write. A user's group is mostly their own, and else those they trust. */
function sharing({ uid }: Stat): number {
  return uid === 0 ? 0o022 : 0o002;
}

/**
 * In a sticky directory that many may write, no user can rename or replace what others own (inode(7)). But where hard
 * links are not protected, every user can bring another one's symlink there, though no directory.
 */
function isGuarded(folder: Stat, found: Stat): boolean {
  return (folder.mode & 0o1000) !== 0 && (found.type === "directory" || areHardLinksProtected());
}

/**
 * True if a file could be another user's, brought into this folder by a hard link. That it has one name only says
 * nothing where users can link what is not theirs: they remove the name again as soon as the file is open here.
 */
export function couldBePlanted(found: Stat, folder: Stat): boolean {
  if (found.type !== "file" || effectiveUser() !== 0) return false;
  const isOutOfReach = [0, found.uid].includes(folder.uid) && (folder.mode & 0o022) === 0;
  return !isOutOfReach && (found.links > 1 || !areHardLinksProtected());
}

/**
 * True if the kernel lets users make hard links only to files that they own or can write (proc_sys_fs(5),
 * protected_hardlinks). Where it does not, any file can turn up in any user's folder of the same filesystem.
 */
function areHardLinksProtected(): boolean {
  try {
    return new TextDecoder().decode(readByPath("/proc/sys/fs/protected_hardlinks")).trim() !== "0";
  } catch {
    return false;
  }
}
