import { isSystemError } from "../linux/ffi.ts";
import { type Bytes, readWholeFile } from "../linux/file-io.ts";
import { openForReading, withDescriptor } from "../linux/open.ts";
import { statDescriptor } from "../linux/stat.ts";
import { join } from "../model/path.ts";
import { Failure, failure } from "../model/problem.ts";
import type { StateDirectory } from "./directory.ts";
import type { Help } from "./document.ts";
import { largestFile } from "./file-names.ts";
import { attempting } from "./kernel-refusal.ts";
import { judgeFile } from "./trust.ts";

/**
 * The bytes of a state file.
 * @returns null if there is none
 * @throws Failure (1) if it is no regular file of a sane size, may not be read, or if root cannot trust it
 */
export function readStateFile(directory: StateDirectory, name: string, help: Help): Bytes | null {
  const path = join(directory.path, name);
  return attempting(`read ${path}`, () => {
    const descriptor = openOrNull(directory.descriptor, name, path, help);
    if (descriptor === null) return null;
    return withDescriptor(descriptor, () => {
      const stat = statDescriptor(descriptor);
      if (stat.type !== "file")
        throw failure(1, `${path} is damaged: it is no regular file but a ${stat.type}`, help());
      const distrust = judgeFile(path, descriptor, directory.trusted);
      if (distrust !== null) throw new Failure(1, [distrust]);
      if (stat.size > largestFile)
        throw failure(1, `${path} is damaged: it has ${stat.size} bytes, far too many`, help());
      return readWholeFile(descriptor, stat.size);
    });
  });
}

function openOrNull(directory: number, name: string, path: string, help: Help): number | null {
  try {
    return openForReading(directory, name);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return null;
    if (isSystemError(error, "ELOOP"))
      throw failure(1, `${path} is damaged: it is no regular file but a symlink`, help());
    // What open(2) says of a socket.
    if (isSystemError(error, "E6", "ENXIO"))
      throw failure(1, `${path} is damaged: it is no regular file but a socket`, help());
    throw error;
  }
}
