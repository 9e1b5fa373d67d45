import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "bun";
import { requireSuccess } from "../../scripts/build/run.ts";

/** A new Debian in a directory, running in namespaces of its own: what it mounts is seen nowhere else. */
export interface DebianSystem {
  /** Runs a shell script as root. Returns what it printed, both streams together; throws if it fails. */
  sh(script: string): Promise<string>;
  /** Copies a file into the system's `/root`. */
  bring(file: string): Promise<void>;
  stop(): Promise<void>;
}

const start = `
set -e
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount -t tmpfs run run
mkdir run/old
pivot_root . run/old
umount -l /run/old
rmdir /run/old
mount --make-rshared /
echo ready
exec sleep infinity
`;

interface Mirror {
  readonly address: string;
  readonly codename: string;
}

/** Where this machine gets Debian (or Ubuntu) from; null if it is neither, or has no source for it. */
export async function debianMirror(): Promise<Mirror | null> {
  if (Bun.which("apt-get") === null) return null;
  const format = "$(ORIGIN) $(COMPONENT) $(CODENAME) $(REPO_URI)";
  const listed = await requireSuccess([
    "apt-get",
    "indextargets",
    "--format",
    format,
    "Created-By: Packages",
  ]);
  for (const line of listed.split("\n")) {
    const [origin, component, codename = "", address = ""] = line.split(" ");
    if ((origin === "Debian" || origin === "Ubuntu") && component === "main" && /^[a-z]+$/.test(codename))
      return { address, codename };
  }
  return null;
}

/** Installs the smallest Debian there is, and starts it. */
export async function startDebian({ address, codename }: Mirror): Promise<DebianSystem> {
  const scratch = mkdtempSync(join(tmpdir(), "imp-debian-"));
  const root = join(scratch, "root");
  mkdirSync(root);
  try {
    await requireSuccess(["debootstrap", "--variant=minbase", codename, root, address]);
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    throw error;
  }
  const init = spawn(["unshare", "--mount", "--propagation=private", "sh", "-c", start, "start", root], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  await init.stdout.getReader().read();
  const enter = ["nsenter", `--target=${init.pid}`, "--mount", "--root", `--wd=/proc/${init.pid}/root`];
  return {
    sh: (script) =>
      requireSuccess([
        ...enter,
        ...["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"],
        ...["sh", "-euc", `exec 2>&1\n${script}`],
      ]),
    bring: async (file) => {
      await requireSuccess(["cp", file, join(root, "root/")]);
    },
    stop: async () => {
      init.kill("SIGKILL");
      await init.exited;
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}
