import type { LinkedFileEntry, MountOption } from "../model/manifest.ts";
import { mountUnitName, quotedPath, unitValue } from "./unit-text.ts";

/** A bind mount as others are to make it. */
export interface BindMount {
  readonly source: string;
  readonly target: string;
  readonly what: "directory" | "file";
  /** All that the mount is to have, or none: then it has those of the mount that its source lies on. */
  readonly options: readonly MountOption[];
  readonly hidden: boolean;
}

/** What a generation comes to without imp at boot. */
export interface Exported {
  readonly files: readonly ExportedFile[];
  /** Targets of entries that can't be written in this format. */
  readonly unfit: readonly string[];
}

export interface ExportedFile {
  readonly name: string;
  /** Where it belongs. */
  readonly place: string;
  readonly text: string;
}

export type ExportFormat = "fstab" | "systemd";

export const fstabName = "imp.fstab";

/** @param mounts parents first */
export function exportMounts(
  format: ExportFormat,
  mounts: readonly BindMount[],
  links: readonly LinkedFileEntry[],
): Exported {
  const unfit: string[] = [];
  const keep = <T>(target: string, made: T | null): T[] => {
    if (made !== null) return [made];
    unfit.push(target);
    return [];
  };
  const mountFiles =
    format === "fstab"
      ? fstabFile(mounts.flatMap((mount) => keep(mount.target, fstabLine(mount))))
      : mounts.flatMap((mount) => keep(mount.target, unitFile(mount)));
  const linkLines = links.flatMap((entry) => keep(entry.target, linkLine(entry.target, entry.source)));
  return { files: [...mountFiles, ...tmpfilesFile(linkLines)], unfit };
}

function fstabFile(lines: readonly string[]): ExportedFile[] {
  if (lines.length === 0) return [];
  return [{ name: fstabName, place: "/etc/fstab (add its lines)", text: `${lines.join("\n")}\n` }];
}

function unitFile(mount: BindMount): ExportedFile | null {
  const [name, text] = [mountUnitName(mount.target), mountUnit(mount)];
  if (name === null || text === null) return null;
  return { name, place: `/etc/systemd/system/${name} (and \`systemctl enable\` it)`, text };
}

function tmpfilesFile(lines: readonly string[]): ExportedFile[] {
  if (lines.length === 0) return [];
  return [{ name: "imp.conf", place: "/etc/tmpfiles.d/imp.conf", text: `${lines.join("\n")}\n` }];
}

/**
 * A line of fstab(5), or null if the paths are no text.
 *
 * `nofail` keeps a mount that is missing from stopping the boot; without it the order before `local-fs.target` would be
 * lost, so that is said too (systemd.mount(5)). That the source has to be mounted first systemd knows by itself.
 */
function fstabLine({ source, target, what, options, hidden }: BindMount): string | null {
  // A byte that is not UTF-8 can't be written into a text.
  if (!source.isWellFormed() || !target.isWellFormed()) return null;
  const words = [
    "bind",
    ...options,
    ...(hidden ? ["x-gvfs-hide"] : []),
    ...(what === "directory" ? ["X-mount.mkdir"] : []),
    "nofail",
    "x-systemd.before=local-fs.target",
  ];
  return [escapeField(source), escapeField(target), "none", words.join(","), "0", "0"].join(" ");
}

/** The four characters that fstab(5) writes in octal. */
function escapeField(path: string): string {
  return path.replace(
    /[ \t\n\\]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}

/**
 * A unit for a bind mount (systemd.mount(5)), or null if systemd can't have these paths in one. `local-fs.target` wants
 * it and waits for it, and does not fail with it. That the source has to be mounted first systemd knows by itself.
 */
function mountUnit({ source, target, options, hidden }: BindMount): string | null {
  const [what, where] = [unitValue(source), unitValue(target)];
  if (what === null || where === null) return null;
  const words = ["bind", ...options, ...(hidden ? ["x-gvfs-hide"] : [])];
  return `# Written by \`imp export\`.
[Mount]
What=${what}
Where=${where}
Type=none
Options=${words.join(",")}

[Install]
WantedBy=local-fs.target
`;
}

/**
 * A line of tmpfiles.d(5) that makes a symlink where nothing is, or null if the paths can't stand in one. The path may
 * be quoted, but what the link leads to is the rest of the line as it is.
 */
function linkLine(target: string, source: string): string | null {
  const text = unitValue(source);
  return text === null || !target.isWellFormed() ? null : `L ${quotedPath(target)} - - - - ${text}`;
}
