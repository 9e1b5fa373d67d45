import { copyFileSync, cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { executable } from "../machine/machine.ts";
import { hostOutput } from "./host.ts";

export interface FilesOptions {
  /** Contents by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Units that start with the machine. */
  readonly enable?: readonly string[];
  /** Symlinks by path. */
  readonly links?: Readonly<Record<string, string>>;
}

/** A directory with what a test's machine has over Debian: imp, the agent, and the test's own files. */
export function machineFiles(scratch: string, { files, enable = [], links = {} }: FilesOptions): string {
  const directory = mkdtempSync(join(scratch, "files-"));
  const at = (path: string) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    return join(directory, path);
  };
  // mkdtemp makes it private, and it will be the machine's root directory.
  hostOutput(["chmod", "755", directory]);
  cpSync(join(import.meta.dir, "machine"), directory, { recursive: true, verbatimSymlinks: true });
  copyFileSync(executable, at("/usr/local/bin/imp"));
  for (const [path, content] of Object.entries(files)) writeFileSync(at(path), content);
  for (const [path, target] of Object.entries(links)) hostOutput(["ln", "-s", target, at(path)]);
  if (enable.length > 0) hostOutput(["systemctl", `--root=${directory}`, "--quiet", "enable", ...enable]);
  return directory;
}

/** The directory as a disk for {@link startQemu}: a squashfs, not compressed. */
export function packed(directory: string): string {
  const file = `${directory}.squashfs`;
  hostOutput([
    "mksquashfs",
    directory,
    file,
    "-quiet",
    "-no-progress",
    "-noI",
    "-noD",
    "-noF",
    "-noX",
    "-all-root",
    "-noappend",
  ]);
  return file;
}

/**
 * A directory for `/persist`, prepared as an administrator does it: there is a machine-id. A new one that systemd makes
 * through the image's symlink at a first boot would never be written to the disk (`systemd-machine-id-setup --commit`
 * looks for a mount at `/etc/machine-id` itself).
 */
export function persistDirectory(scratch: string): string {
  const directory = mkdtempSync(join(scratch, "persist-"));
  hostOutput(["chmod", "755", directory]);
  mkdirSync(join(directory, "system/etc"), { recursive: true });
  hostOutput(["systemd-machine-id-setup", `--root=${directory}/system`]);
  return directory;
}

/** The same as an ext4 image. */
export function persistDisk(scratch: string, megabytes = 64): string {
  const directory = persistDirectory(scratch);
  const file = `${directory}.ext4`;
  hostOutput(["truncate", `--size=${megabytes}M`, file]);
  // What mkfs leaves for later would be among the writes of the test.
  const options = ["-E", "lazy_itable_init=0,lazy_journal_init=0", "-d", directory];
  hostOutput(["mkfs.ext4", "-q", ...options, file]);
  return file;
}
