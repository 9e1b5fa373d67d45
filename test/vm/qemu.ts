import { existsSync } from "node:fs";
import type { DebianImage } from "./debian.ts";
import { startMachine, type VirtualMachine } from "./virtual-machine.ts";

export interface QemuOptions {
  readonly image: DebianImage;
  /** A squashfs with the test's own files, laid over the image. */
  readonly files: string;
  /** The image of the disk that outlives the machine; null for a machine that lost it. */
  readonly persist: string | null;
  /** Where every write to that disk is logged, in its order. */
  readonly writeLog?: string;
  /** Words for the kernel's command line. */
  readonly kernelArguments?: readonly string[];
}

/** Starts a machine in qemu, with Debian's kernel. */
export function startQemu({
  image,
  files,
  persist,
  writeLog,
  kernelArguments = [],
}: QemuOptions): Promise<VirtualMachine> {
  const words = ["console=ttyS0", "quiet", "panic=-1", "systemd.show_status=auto", ...kernelArguments];
  const consoleFile = `${files}.console`;
  const command = [
    ...computer(image, words, accelerator(image)),
    ...["-serial", `file:${consoleFile}`],
    ...["-chardev", "stdio,id=agent,signal=off"],
    ...["-device", "virtio-serial-pci", "-device", "virtserialport,chardev=agent"],
    ...disk("debian", readOnly(image.root)),
    ...disk("files", readOnly(files)),
    ...(persist === null ? [] : disk("persist", persistence(persist, writeLog))),
  ];
  return startMachine(command, { consoleFile });
}

type Accelerator = "kvm" | "tcg";

function computer({ kernel, initramfs }: DebianImage, words: readonly string[], by: Accelerator): string[] {
  return [
    ...["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"],
    ...["-machine", "pc", "-accel", by, "-cpu", "max", "-smp", "1", "-m", "1024"],
    ...["-kernel", kernel, "-initrd", initramfs, "-append", words.join(" ")],
  ];
}

let found: Accelerator | undefined;

/** KVM, if it boots this kernel as far as the initramfs: that `/dev/kvm` is there and opens proves nothing. */
function accelerator(image: DebianImage): Accelerator {
  if (found === undefined) {
    const probe = [
      "timeout",
      "--signal=KILL",
      "8",
      ...computer(image, ["quiet", "panic=-1", "imp.probe"], "kvm"),
    ];
    const boots =
      existsSync("/dev/kvm") && Bun.spawnSync(probe, { stdout: "ignore", stderr: "ignore" }).success;
    found = boots ? "kvm" : "tcg";
    console.log(
      `qemu runs with ${found === "kvm" ? "KVM" : "software emulation (KVM does not boot Debian's kernel here)"}`,
    );
  }
  return found;
}

function readOnly(file: string): string {
  return `driver=raw,read-only=on,file.driver=file,file.filename=${file}`;
}

function persistence(file: string, log: string | undefined): string {
  const disk = `file.driver=file,file.filename=${file}`;
  if (log === undefined) return `driver=raw,${disk}`;
  return `driver=blklogwrites,${disk},log.driver=file,log.filename=${log},log-sector-size=512`;
}

function disk(name: string, backend: string): string[] {
  return ["-blockdev", `node-name=${name},${backend}`, "-device", `virtio-blk-pci,drive=${name}`];
}
