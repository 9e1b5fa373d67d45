import { mkdtempSync } from "node:fs";
import { basename, join } from "node:path";
import type { DebianImage } from "./debian.ts";
import { hostOutput } from "./host.ts";
import { startMachine, type VirtualMachine } from "./virtual-machine.ts";

export interface ContainerOptions {
  readonly image: DebianImage;
  /** The directory with the test's own files, laid over the image. */
  readonly files: string;
  /** The directory that is the machine's `/persist`. */
  readonly persist: string;
  /** A directory in which the root can be put together. */
  readonly scratch: string;
}

const mountGroups = `
umount -R -l /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
`;

/**
 * Here too the root is a tmpfs over read-only files. It lies in a mount namespace and all processes in a PID namespace,
 * so nothing of the machine outlives the first of them. The agent cannot have a virtio port, and is reached by two
 * pipes. cgroup2 is mounted for hosts that have the older cgroups.
 */
const setUp = String.raw`
set -eu
image=$1 files=$2 persist=$3 place=$4 group=$5
mount -t tmpfs -o mode=755 imp-vm-root "$place"
cd "$place"
mkdir debian upper work root agent
mkfifo agent/scripts agent/answers
mount -o loop,ro "$image" debian
mount -t overlay -o "lowerdir=$files:debian,upperdir=upper,workdir=work" root root
${mountGroups}
mkdir "$group"
echo 0 >"$group/cgroup.procs"
exec 3<&0
cat <&3 >agent/scripts &
cat agent/answers &
exec systemd-nspawn --boot --quiet --register=no --keep-unit --link-journal=no --private-network --console=pipe \
  --directory=root --bind="$persist:/persist" --bind="$place/agent:/run/imp-test" </dev/null >&2 3<&-
`;

/** Ends what is still dying, and removes what systemd leaves of its control groups when it is cut off. */
const removeGroup = `
${mountGroups}
echo 1 >"$0/cgroup.kill"
while grep -q 'populated 1' "$0/cgroup.events"; do sleep 0.01; done
find "$0" -depth -type d -exec rmdir {} +
`;

/** Starts a machine in systemd-nspawn: systemd on the host's kernel. */
export function startContainer({
  image,
  files,
  persist,
  scratch,
}: ContainerOptions): Promise<VirtualMachine> {
  const place = mkdtempSync(join(scratch, "root-"));
  const group = `/sys/fs/cgroup/imp-vm-${basename(scratch)}-${basename(place)}`;
  const apart = ["unshare", "--mount", "--propagation=private"];
  return startMachine(
    [
      ...[...apart, "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", setUp, "nspawn"],
      ...[image.root, files, persist, place, group],
    ],
    { release: () => hostOutput(["timeout", "10", ...apart, "sh", "-euc", removeGroup, group]) },
  );
}
