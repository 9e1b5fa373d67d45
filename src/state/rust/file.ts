import type { StateDirectory } from "../directory.ts";
import { replaceFile, syncNames } from "../durable-file.ts";
import { indexName } from "../file-names.ts";
import { readStateFile } from "../read-file.ts";

/**
 * Keeps the Rust imp's file as `generations.json.rust`, or as `….rust.1` and so on if an older one stands there; a copy,
 * so that the original is in force until the new index takes its place.
 * @throws Failure (1)
 */
export function keepRustFile(directory: StateDirectory, bytes: Uint8Array): void {
  for (let count = 0; ; count += 1) {
    const name = `${indexName}.rust${count === 0 ? "" : `.${count}`}`;
    const kept = readStateFile(directory, name, () => "move it away");
    if (kept !== null && !Buffer.from(kept).equals(bytes)) continue;
    if (kept === null) replaceFile(directory, name, bytes);
    syncNames(directory);
    return;
  }
}
