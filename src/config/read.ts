import { emptyManifest, type Manifest } from "../model/manifest.ts";
import { Failure, type Problem } from "../model/problem.ts";
import type { Accounts } from "./accounts.ts";
import { conform, layoutOf } from "./conform.ts";
import { decodeConfig } from "./decode.ts";
import { parseDocument, parseFolded } from "./document.ts";
import { Reader } from "./reader.ts";
import { withoutRedundant } from "./redundancy.ts";
import { resolve } from "./resolve.ts";
import { checkEntries } from "./rules.ts";
import type { Layout } from "./schema.ts";
import { SourceText } from "./source-text.ts";
import { checkStateDirectory } from "./state-directory.ts";
import { Targets } from "./targets.ts";

/** A configuration file that was read and found good. */
export interface Config {
  readonly path: string;
  readonly text: string;
  /** `state_dir`, if the file sets it. */
  readonly stateDirectory?: string;
  readonly manifest: Manifest;
  /** In the order of the file. */
  readonly warnings: readonly Problem[];
}

/**
 * Reads a configuration from the bytes of its file; see {@link readConfig}.
 *
 * @throws Failure (exit code 2) also for more than 16 MiB, NUL bytes, and what is not UTF-8
 */
export function readConfigBytes(bytes: Uint8Array, file: string, accounts: Accounts): Config {
  return readConfig(decodeConfig(bytes, file), file, accounts);
}

/**
 * Reads a configuration. Nothing is looked up but `accounts`; whether targets and sources exist is not asked.
 *
 * @param file the path of the file, which problems name
 * @throws Failure (exit code 2) with every error of the file, in its order
 */
export function readConfig(text: string, file: string, accounts: Accounts): Config {
  return readFolded(text, file, accounts) ?? readWhole(text, file, accounts);
}

/** As {@link readConfig}, by the folded text; null if there is none, or if anything is wrong. */
export function readFolded(text: string, file: string, accounts: Accounts): Config | null {
  const reader = new Reader(new SourceText(text, file), accounts);
  const document = parseFolded(reader.source);
  const layout = document && layoutOf(document);
  if (layout === null) return null;
  const config = judge(reader, layout);
  return reader.problems.length === 0 ? config : null;
}

/** As {@link readConfig}, by all of the text. */
export function readWhole(text: string, file: string, accounts: Accounts): Config {
  const reader = new Reader(new SourceText(text, file), accounts);
  const document = parseDocument(reader.source);
  if (Array.isArray(document)) throw new Failure(2, inOrder(document));
  const { layout, problems } = conform(document, reader.source);
  const config = judge(reader, layout);
  const errors = [...problems, ...reader.problems];
  if (errors.length > 0) throw new Failure(2, inOrder(errors));
  return config;
}

/** What the layout says. It is right if nothing is reported to `reader`. */
function judge(reader: Reader, layout: Layout): Config {
  const { text, file } = reader.source;
  const resolution = resolve(reader, layout);
  const targets = new Targets([...resolution.entries, ...resolution.orphans]);
  checkEntries(reader, resolution, targets);
  const { entries, warnings } = withoutRedundant(resolution.entries, targets, reader.source);
  const manifest = entries.length === 0 ? emptyManifest : { entries };
  const { stateDirectory } = resolution;
  if (stateDirectory !== null) {
    reader.problems.push(...checkStateDirectory(manifest, text, file, stateDirectory));
  }
  if (entries.length === 0) warnings.push(nothingToPersist(reader.source));
  return {
    path: file,
    text,
    ...(stateDirectory !== null && { stateDirectory }),
    manifest,
    warnings: inOrder(warnings),
  };
}

function nothingToPersist(source: SourceText): Problem {
  return source.warning(
    { start: 0, end: 0 },
    "the configuration names nothing to persist",
    'add a table [persistence."/mnt/persist"] with `directories` and `files`',
  );
}

function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted(
    ({ place: left }, { place: right }) =>
      (left?.line ?? 0) - (right?.line ?? 0) || (left?.column ?? 0) - (right?.column ?? 0),
  );
}
