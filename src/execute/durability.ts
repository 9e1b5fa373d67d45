import { sync, syncFilesystem } from "../linux/file-io.ts";
import { closeDescriptor, reopenDirectory } from "../linux/open.ts";
import { openDirectory } from "../linux/open-directory.ts";
import { statDescriptor } from "../linux/stat.ts";
import { parentOf } from "../model/path.ts";
import type { Step } from "../model/plan.ts";
import { changedDirectories } from "./step-paths.ts";

/** More directories than that on one filesystem, and one syncfs(2) is quicker than an fsync(2) for each. */
const manyDirectories = 8;

/**
 * Waits until the changes of names, owners and modes are on the disk: the record that follows must not outlive them in
 * a power cut. Copies are synced where they are made; mounts need no disk.
 */
export function syncChanges(steps: readonly Step[]): void {
  const created = steps.flatMap((step) => (step.kind === "create-directory" ? [step.path] : []));
  syncDirectories(steps.flatMap(changedDirectories), new Set(created));
}

/**
 * Waits until the names in these directories are on the disk; one that is gone is fine.
 * @param created those that were made just now, each after the one that it is in: they lie on the filesystem of that
 */
export function syncDirectories(paths: Iterable<string>, created: ReadonlySet<string> = new Set()): void {
  const filesystems = new Map<string, Filesystem>();
  const known = new Map<string, Filesystem>();
  try {
    for (const path of new Set(paths)) {
      const around = created.has(path) ? known.get(parentOf(path)) : undefined;
      if (around !== undefined && around.handles.length > manyDirectories) {
        known.set(path, around);
        continue;
      }
      const found = openDirectory(path);
      if (found.kind !== "open") continue;
      const { device } = statDescriptor(found.descriptor);
      const filesystem = filesystems.get(device) ?? { handles: [] };
      filesystems.set(device, filesystem);
      known.set(path, filesystem);
      // Of many, those that show that there are many will do: there can be more than a process may open.
      if (filesystem.handles.length > manyDirectories) closeDescriptor(found.descriptor);
      else filesystem.handles.push(found.descriptor);
    }
    for (const { handles } of filesystems.values()) syncAll(handles);
  } finally {
    for (const { handles } of filesystems.values()) {
      for (const handle of handles) closeDescriptor(handle);
    }
  }
}

/** Some of the directories that lie on it; all, if they are few. */
interface Filesystem {
  readonly handles: number[];
}

function syncAll(handles: readonly number[]): void {
  for (const handle of handles.slice(0, handles.length > manyDirectories ? 1 : handles.length)) {
    using directory = reopenDirectory(handle);
    if (handles.length > manyDirectories) syncFilesystem(directory.number);
    else sync(directory.number);
  }
}
