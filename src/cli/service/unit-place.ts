import { type InstalledService, readServiceUnit } from "../../boot/service-unit.ts";
import {
  makeDirectory,
  makeSymlink,
  readLink,
  removeDirectory,
  unlink,
} from "../../linux/directory-entries.ts";
import { isSystemError } from "../../linux/ffi.ts";
import { readWholeFile } from "../../linux/file-io.ts";
import { openForReading, withDescriptor } from "../../linux/open.ts";
import { inParentOf, PathError } from "../../linux/open-directory.ts";
import { statAt } from "../../linux/stat.ts";
import { isSystemdRunning, systemctl } from "../../linux/systemctl.ts";
import { join, nameOf, parentOf } from "../../model/path.ts";
import type { Problem } from "../../model/problem.ts";
import { replaceFile, syncNames } from "../../state/durable-file.ts";
import { attempting } from "../../state/kernel-refusal.ts";

/** Where a machine keeps the administrator's units, and among them one of imp's (systemd.unit(5)). */
export interface UnitPlace {
  readonly directory: string;
  readonly unit: string;
  /** The symlink that makes `local-fs.target` want the unit, as `systemctl enable` makes it. */
  readonly link: string;
}

/** What stands at the place of a unit of imp's. */
export type FoundUnit =
  | { readonly kind: "none" }
  | { readonly kind: "own"; readonly text: string; readonly service: InstalledService }
  /** Somebody else's. */
  | { readonly kind: "foreign"; readonly what: string };

/** @param root of the machine; `/` for the one that is running */
export function unitPlace(root: string, name: string): UnitPlace {
  const directory = root === "/" ? "/etc/systemd/system" : `${root}/etc/systemd/system`;
  return { directory, unit: join(directory, name), link: `${directory}/local-fs.target.wants/${name}` };
}

/** Far more than any unit. Bytes. */
const largestUnit = 1024 * 1024;

/** @throws Failure (1) if it can't be read */
export function findUnit({ unit }: UnitPlace): FoundUnit {
  return lookAt(unit, { kind: "none" }, (parent, name, type, size): FoundUnit => {
    if (type !== "file" || size > largestUnit) return { kind: "foreign", what: `a ${type}` };
    const bytes = withDescriptor(openForReading(parent, name), readWholeFile);
    const text = new TextDecoder().decode(bytes);
    const service = readServiceUnit(text);
    return service === null
      ? { kind: "foreign", what: "a unit that imp did not write" }
      : { kind: "own", text, service };
  });
}

/** True if the unit is started at boot; null if something else stands at the place of the symlink. */
export function isEnabled({ link, unit }: UnitPlace): boolean | null {
  return lookAt(link, false, (parent, name, type) => {
    if (type !== "symlink") return null;
    // `systemctl enable` writes it relative or absolute, by its version.
    return nameOf(readLink(parent, name)) === nameOf(unit) ? true : null;
  });
}

function lookAt<T>(
  path: string,
  missing: T,
  look: (parent: number, name: string, type: string, size: number) => T,
): T {
  return attempting(`read ${path}`, () => {
    try {
      return inParentOf(path, (parent, name) => {
        const found = statAt(parent, name);
        return found === null ? missing : look(parent, name, found.type, found.size);
      });
    } catch (error) {
      if (error instanceof PathError && error.failure.kind === "missing") return missing;
      throw error;
    }
  });
}

/** Puts the unit in its place: the old one or the new one is there, whatever happens. @throws Failure (1) */
export function writeUnit({ unit, directory }: UnitPlace, text: string): void {
  inParentOf(unit, (descriptor, name) => {
    const place = { descriptor, path: directory, trusted: null };
    replaceFile(place, name, text);
    syncNames(place);
  });
}

/** @throws Failure (1) */
export function enable({ directory, unit, link }: UnitPlace, root: string): void {
  const wants = parentOf(link);
  attempting(`create ${link}`, () => {
    inParentOf(wants, (parent, name) => {
      if (statAt(parent, name) === null) makeDirectory(parent, name, 0o755);
    });
    inParentOf(link, (descriptor, name, path) => {
      makeSymlink(descriptor, name, root === "/" ? unit : unit.slice(root.length));
      syncNames({ descriptor, path, trusted: null });
    });
    inParentOf(unit, (descriptor) => syncNames({ descriptor, path: directory, trusted: null }));
  });
}

/** Takes the symlink away, and its directory if that is empty then. @throws Failure (1) */
export function disable({ link }: UnitPlace): void {
  attempting(`remove ${link}`, () => {
    inParentOf(link, unlink);
    inParentOf(parentOf(link), (parent, name) => {
      try {
        removeDirectory(parent, name);
      } catch (error) {
        if (!isSystemError(error, "ENOTEMPTY", "EEXIST")) throw error;
      }
    });
  });
}

/** @throws Failure (1) */
export function removeUnit({ unit, directory }: UnitPlace): void {
  attempting(`remove ${unit}`, () =>
    inParentOf(unit, (descriptor, name) => {
      unlink(descriptor, name);
      syncNames({ descriptor, path: directory, trusted: null });
    }),
  );
}

/** True if units can be put there. */
export function isThere({ directory }: UnitPlace): boolean {
  return lookAt(directory, false, (_parent, _name, type) => type === "directory" || type === "symlink");
}

/** Lets a running systemd read its units anew. */
export function reloadSystemd(): Problem[] {
  if (!isSystemdRunning()) return [];
  const answer = systemctl("daemon-reload");
  if (answer.kind === "done") return [];
  const message = `systemd did not read its units anew: ${answer.reason}`;
  return [{ severity: "warning", message, help: "run `systemctl daemon-reload`, or reboot" }];
}
