import { dryRun, lazy } from "./specification.ts";

/** The commands that are about booting; `program.ts` has them all. */

export const restoreCommand = {
  name: "restore",
  summary: "Bring the live system back to the active generation",
  description:
    "Makes everything as the active generation wants it, without a new generation: after a boot, or after " +
    "something was unmounted or replaced by hand.",
  arguments: [],
  options: [
    dryRun,
    lazy,
    { long: "adopt-replaced", help: "keep what programs put in the place of symlinks as the source" },
    { long: "best-effort", help: "leave out what fails, and bring up the rest" },
    { long: "files-only", help: "restore symlinks only; mount and unmount nothing" },
  ],
  examples: [
    { command: "sudo imp restore", effect: "mount and link what is missing" },
    { command: "imp restore --dry-run", effect: "see the steps first" },
    { command: "imp restore --best-effort", effect: "at boot: bring up all that can be" },
  ],
  exits: [
    {
      code: 1,
      meaning:
        "failed or refused, and nothing changed; with --best-effort: something was left out, the rest is there",
    },
  ],
} as const;

export const serviceCommand = {
  name: "service",
  summary: "Let systemd restore everything at boot",
  description:
    "Makes systemd run `imp restore --best-effort` early at every boot, before anything uses what is persisted. " +
    "print shows the unit; install writes and enables it, and does so again after the persistence roots " +
    "changed; uninstall removes it; status tells whether it is as it should be, and how it last ended.",
  arguments: [
    {
      name: "ACTION",
      key: "action",
      required: true,
      variadic: false,
      choices: ["print", "install", "uninstall", "status"],
      help: "print, install, uninstall or status",
    },
  ],
  options: [
    {
      long: "root",
      value: "DIRECTORY",
      takes: "directory",
      help: "the machine whose root is there, not this one (such as an image)",
    },
  ],
  examples: [
    { command: "sudo imp service install", effect: "from now on, restore at boot" },
    { command: "imp service status", effect: "is it installed, and did it work?" },
  ],
  exits: [
    {
      code: 1,
      meaning: "failed or refused, and nothing changed; status: it is not as it should be, or failed",
    },
  ],
} as const;

export const exportCommand = {
  name: "export",
  summary: "Print the active generation for fstab or systemd, without imp",
  description:
    "Prints what mounts and links everything without imp at boot: lines for /etc/fstab, or mount units for " +
    "systemd; symlinks come as lines for systemd-tmpfiles. Owners, modes, backups and missing sources are " +
    "imp's alone, and so is everything else that a plan does.",
  arguments: [],
  options: [
    { long: "format", value: "FORMAT", takes: ["fstab", "systemd"], help: "fstab or systemd" },
    {
      long: "output",
      value: "DIRECTORY",
      takes: "directory",
      help: "write files into this directory, and overwrite none",
    },
  ],
  examples: [
    { command: "imp export --format fstab", effect: "see the lines for /etc/fstab" },
    { command: "imp export --format systemd --output units", effect: "write a unit for each mount" },
  ],
  exits: [{ code: 1, meaning: "failed; or a path can't be written in that format, and the rest is there" }],
} as const;
