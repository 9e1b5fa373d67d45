import type { Machine } from "./machine.ts";

const script = String.raw`
cat /proc/self/mountinfo
find "$@" -printf '%p %y mode %m owner %U:%G inode %i links %n size %s %l\n' | sort
find "$@" -type f -size -1024k -exec cksum {} + | sort
`;

/**
 * All that a command could have changed at or below the paths: every object with its owner, mode, inode, size and
 * content, and the mount table with the IDs of the mounts. Equal before and after: nothing changed.
 */
export async function fingerprint(machine: Machine, ...paths: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await machine.run(["sh", "-euc", script, "fingerprint", ...paths]);
  if (exitCode !== 0) throw new Error(`no fingerprint of ${paths.join(" ")}: ${stderr}`);
  return stdout;
}
