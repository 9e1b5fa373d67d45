import { isRoot } from "../machine/machine.ts";
import { lacks, need, program } from "../requirement.ts";

/** True if the machine cannot build the image; says why. */
function lacksForImage(...more: readonly string[]): boolean {
  const programs = ["debootstrap", "mksquashfs", "cpio", "depmod", "busybox", "apt-get", ...more];
  return lacks(
    need(isRoot, "root: machines for the tests of the boot"),
    need(process.arch === "x64", "an x86-64 processor: the machines' kernel"),
    ...programs.map((name) => program(name, `${name}: the machines for the tests of the boot`)),
  );
}

export const lacksForQemu = (): boolean => lacksForImage("qemu-system-x86_64", "mkfs.ext4", "systemctl");
export const lacksForContainer = (): boolean => lacksForImage("systemd-nspawn", "systemctl");
