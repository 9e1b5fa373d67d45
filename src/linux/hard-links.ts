import { readByPath } from "./file-io.ts";

let answer: boolean | null = null;

/**
 * True if the kernel lets users make hard links only to files that they own or can write (proc_sys_fs(5),
 * protected_hardlinks). Where it does not, any file can turn up in any user's folder of the same filesystem.
 */
export function areHardLinksProtected(): boolean {
  answer ??= isSet();
  return answer;
}

function isSet(): boolean {
  try {
    return new TextDecoder().decode(readByPath("/proc/sys/fs/protected_hardlinks")).trim() !== "0";
  } catch {
    return false;
  }
}
