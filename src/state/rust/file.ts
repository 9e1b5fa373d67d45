import type { StateDirectory } from "../directory.ts";
import { replaceFile, syncNames } from "../durable-file.ts";
import { indexFile, readBytes } from "../state-file.ts";

/**
 * Keeps the Rust imp's file, which is the index now, as `generations.json.rust`, or as `….rust.1` and so on if an older
 * one stands there; a copy, so that the original is in force until the new index takes its place.
 * @throws Failure (1)
 * @throws Unusable (1)
 */
export function keepRustFile(directory: StateDirectory): void {
  const bytes = readBytes(directory, indexFile);
  if (bytes === null) return;
  for (let count = 0; ; count += 1) {
    const name = `${indexFile.name}.rust${count === 0 ? "" : `.${count}`}`;
    const kept = readBytes(directory, { role: "copy", name });
    if (kept !== null && !Buffer.from(kept).equals(bytes)) continue;
    if (kept === null) replaceFile(directory, name, bytes);
    syncNames(directory);
    return;
  }
}
