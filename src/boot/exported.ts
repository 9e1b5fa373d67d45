import type { LinkedFileEntry, MountOption } from "../model/manifest.ts";
import { fstabLine } from "./fstab.ts";
import { mountUnit } from "./mount-unit.ts";
import { linkLine } from "./tmpfiles.ts";
import { mountUnitName } from "./unit-name.ts";

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
