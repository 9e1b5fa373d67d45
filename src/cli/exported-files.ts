import type { Exported, ExportedFile } from "../boot/export.ts";
import { closeDescriptor } from "../linux/open.ts";
import { describeFailure, openDirectory } from "../linux/open-directory.ts";
import { statAt } from "../linux/stat.ts";
import { join } from "../model/path.ts";
import { Failure, failure, type Problem } from "../model/problem.ts";
import { replaceFile, syncNames } from "../state/durable-file.ts";
import { resolveGiven } from "./state-location.ts";

/** An exported file, and the path that it was written to. */
export interface WrittenFile extends ExportedFile {
  readonly path: string;
}

/**
 * Writes them into a directory; nothing that is there is overwritten.
 * @throws Failure (1)
 */
export function writeExported(
  { files }: Exported,
  output: string,
  workingDirectory: () => string,
): WrittenFile[] {
  const directory = resolveGiven("--output", output, workingDirectory);
  const found = openDirectory(directory);
  if (found.kind !== "open") {
    throw failure(1, `cannot write to ${directory}: ${describeFailure(found)}`, "make it first (mkdir -p)");
  }
  try {
    const place = { descriptor: found.descriptor, path: directory, trusted: null };
    const present = files.filter(({ name }) => statAt(found.descriptor, name) !== null);
    if (present.length > 0)
      throw new Failure(
        1,
        present.map(({ name }) => inTheWay(join(directory, name))),
      );
    for (const { name, text } of files) replaceFile(place, name, text);
    syncNames(place);
    return files.map((file) => ({ ...file, path: join(directory, file.name) }));
  } finally {
    closeDescriptor(found.descriptor);
  }
}

function inTheWay(path: string): Problem {
  return { severity: "error", message: `${path} is there already`, help: "name an empty directory" };
}
