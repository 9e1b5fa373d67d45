import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRoot, type Machine } from "./machine.ts";

/** A kind of filesystem that can be made in an image file. */
export interface FilesystemKind {
  readonly name: "ext4" | "xfs" | "btrfs";
  readonly make: readonly [program: string, ...options: readonly string[]];
  /** The least that the kind's programs accept. */
  readonly megabytes: number;
}

export const ext4: FilesystemKind = { name: "ext4", make: ["mkfs.ext4", "-q", "-F"], megabytes: 32 };
export const xfs: FilesystemKind = { name: "xfs", make: ["mkfs.xfs", "-q", "-f"], megabytes: 320 };
export const btrfs: FilesystemKind = { name: "btrfs", make: ["mkfs.btrfs", "-q", "-f"], megabytes: 128 };

/** Image files in a directory of their own, and the loop devices that were attached to them. */
export class LoopFilesystems {
  readonly #directory = mkdtempSync(join(tmpdir(), "imp-images-"));
  readonly #devices = new Map<string, string>();

  /** Makes a filesystem. Returns its block device. */
  make(kind: FilesystemKind): string {
    const image = join(this.#directory, `${kind.name}-${this.#devices.size}`);
    run("truncate", `--size=${kind.megabytes}M`, image);
    run(...kind.make, image);
    const device = run("losetup", "--find", "--show", image).trim();
    this.#devices.set(device, image);
    return device;
  }

  /** Detaches the devices that are still those that were attached here, and removes the images. */
  dispose(): void {
    for (const [device, image] of this.#devices) {
      const attached = run("losetup", "--noheadings", "--output=BACK-FILE", device).trim();
      if (attached === image) run("losetup", "--detach", device);
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function run(...command: readonly string[]): string {
  const { success, stdout, stderr } = Bun.spawnSync([...command]);
  if (!success) throw new Error(`${command.join(" ")}: ${stderr}`);
  return stdout.toString();
}

const probe = `
mount -t tmpfs probe "$1"
truncate --size="$2M" "$1/image"
mkdir "$1/mounted"
image=$1/image mounted=$1/mounted
shift 2
"$@" "$image"
mount -o loop "$image" "$mounted"
umount "$mounted"
`;

/** What this machine lacks for a kind of filesystem; null if it can be made, attached and mounted. */
export function lackFor(kind: FilesystemKind): string | null {
  if (!isRoot) return `root: a loop device with ${kind.name}`;
  const directory = mkdtempSync(join(tmpdir(), "imp-probe-"));
  const size = String(kind.megabytes);
  const words = ["unshare", "--mount", "sh", "-euc", probe, "probe", directory, size, ...kind.make];
  const { success, stderr } = Bun.spawnSync(words);
  rmSync(directory, { recursive: true, force: true });
  return success ? null : `${kind.name} on a loop device (${stderr.toString().trim()})`;
}

/** Mounts a device in the machine. */
export async function mountIn(
  machine: Machine,
  device: string,
  mountPoint: string,
  options = "defaults",
): Promise<void> {
  await machine.sh(`mkdir -p ${mountPoint}; mount -o ${options} ${device} ${mountPoint}`);
}
