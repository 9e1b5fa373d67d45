import type { Machine } from "./machine.ts";

/**
 * All that a command which fails has to leave as it was, as text, so that a difference shows as lines: every mount, and
 * every object on the machine's root (also beneath the mounts) and in `/persist`, imp's state included. Directories
 * and symlinks count without their times and inodes, and mounts without their numbers, as making them anew changes
 * those.
 */
export async function snapshot(machine: Machine): Promise<string> {
  const [mounts, objects] = await Promise.all([mountLines(machine), machine.sh(listObjects)]);
  return `${mounts.join("\n")}\n\n${objects}`;
}

/** Where each mount is, what it shows with which options, and on what it lies; sorted. */
async function mountLines(machine: Machine): Promise<string[]> {
  const lines = (await machine.mountInfo()).trimEnd().split("\n");
  const places = new Map(lines.map((line) => [line.split(" ")[0], line.split(" ")[4]]));
  return lines
    .map((line) => {
      const [, parent, device, root, place, options] = line.split(" ");
      const [, filesystem] = line.split(" - ");
      return `${place} on ${places.get(parent)}: ${root} of ${device} (${filesystem}), ${options}`;
    })
    .sort();
}

/**
 * A bind mount of `/` alone, in a mount namespace of the shell's own, shows what other mounts hide. The state's lock
 * file says only who held it last.
 */
const listObjects = String.raw`
unshare --mount --propagation=private sh -euc '
  mount --bind / /sys
  for tree in /sys /persist; do
    cd $tree
    echo "$tree:"
    find . -xdev -path ./etc/alternatives -prune -o ! -name lock \( \
      -type f -printf "%P\0file %m %U:%G %n links inode %i %s bytes changed %T@\n" -o \
      -type l -printf "%P\0link %U:%G to %l\n" -o \
      -printf "%P\0%y %m %U:%G\n" \) | sort
    find . -xdev -path ./etc/alternatives -prune -o -type f ! -name lock -exec sha256sum {} + | sort -k 2
  done
' | tr "\0" " "
cat /run/mount/utab 2>/dev/null || true
`;
