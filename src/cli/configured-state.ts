import { decodeConfig } from "../config/decode.ts";
import { isTable, type Node, parseDocument, parseFolded } from "../config/document.ts";
import { readOwnPath } from "../config/paths.ts";
import { Reader } from "../config/reader.ts";
import { SourceText } from "../config/source-text.ts";
import { Failure } from "../model/problem.ts";
import type { ConfigFile } from "./config-file.ts";

/**
 * `state_dir` of a configuration, or null. Nothing else of the file is judged: a mistake in an entry must not keep
 * anyone from a rollback. `config/head.ts` answers for most files, quicker and the same.
 * @throws Failure (2) if the file is no TOML, or if `state_dir` is no usable path
 */
export function configuredState({ path, bytes }: ConfigFile): string | null {
  const source = new SourceText(decodeConfig(bytes, path), path);
  const document = parseFolded(source) ?? parseDocument(source);
  if (Array.isArray(document)) throw new Failure(2, document);
  return stateDirectoryOf(document, source);
}

function stateDirectoryOf({ value: top }: Node, source: SourceText): string | null {
  const node = isTable(top) ? top["state_dir"] : undefined;
  if (node === undefined) return null;
  const reader = new Reader(source, { user: () => null, group: () => null });
  const { value, at, key } = node;
  const directory =
    typeof value === "string"
      ? readOwnPath(reader, "the state directory", { value, at, key })
      : reader.refuse(at, "`state_dir` is not a string", 'write a path such as state_dir = "/persist/imp"');
  if (directory === null) throw new Failure(2, reader.problems);
  return directory;
}
