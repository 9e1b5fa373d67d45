import type { Machine } from "./machine.ts";

/**
 * Runs a shell script to which `/sys` shows the machine's root filesystem alone, with what mounts hide elsewhere.
 * Nothing else changes: the script has a mount namespace of its own. Throws if it fails. Returns what it printed.
 */
export async function runBeneathMounts(machine: Machine, script: string): Promise<string> {
  const command = [
    "unshare",
    "--mount",
    "--propagation=private",
    "sh",
    "-euc",
    `mount --bind / /sys\n${script}`,
  ];
  const { exitCode, stdout, stderr } = await machine.run(command);
  if (exitCode !== 0) throw new Error(`exit code ${exitCode} from: ${script}\n${stderr}`);
  return stdout;
}
