import { runBeneathMounts } from "./beneath-mounts.ts";
import type { Machine } from "./machine.ts";

/**
 * All that a command which fails has to leave as it was, as text, so that a difference shows as lines: every mount, and
 * every object on the machine's root (also beneath the mounts) and in `/persist`, imp's state included. A file counts
 * with its inode, size and time, which no other content shares; directories and symlinks without inode and time, and
 * mounts without their numbers, as making them anew changes those.
 */
export async function snapshot(machine: Machine): Promise<string> {
  const [mounts, objects] = await Promise.all([mountLines(machine), objectLines(machine)]);
  return [...mounts, "", ...objects].join("\n");
}

/** Where each mount is, what it shows and how, and on what it lies. */
async function mountLines(machine: Machine): Promise<string[]> {
  const lines = (await machine.mountInfo()).trimEnd().split("\n");
  const places = new Map(lines.map((line) => [line.split(" ")[0], line.split(" ")[4]]));
  return lines
    .map((line) => {
      const [fields = "", filesystem] = line.split(" - ");
      const [, parent = "", device, root, place, options, ...propagation] = fields.split(" ");
      const how = [options, ...propagation.map((tag) => tag.replace(/:\d+$/, ""))].join(" ");
      return `${place} on ${places.get(parent)}: ${root} of ${device} (${filesystem}), ${how}`;
    })
    .sort();
}

/** The state's lock file is left out: it says who held it last. */
const listObjects = String.raw`
exec find /sys /persist /run/mount -xdev \( -path /sys/etc/alternatives -o -name lock \) -prune -o \( \
  -type f -printf "%p  file %m %U:%G, %n links, inode %i, %s bytes, changed %T@\0" -o \
  -type l -printf "%p  link %U:%G to %l\0" -o \
  -printf "%p  %y %m %U:%G\0" \)
`;

async function objectLines(machine: Machine): Promise<string[]> {
  const lines = (await runBeneathMounts(machine, listObjects)).split("\0");
  return lines.map((line) => line.replace(/^\/sys(?=[/ ])/, "")).sort();
}
