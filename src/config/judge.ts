import { emptyManifest, type Manifest } from "../model/manifest.ts";
import type { Problem } from "../model/problem.ts";
import { check } from "./check.ts";
import { type Reader, valueAt } from "./finding.ts";
import { resolve } from "./resolve.ts";
import { checkEntries, whyStateIsHidden } from "./rules.ts";
import type { TomlTable } from "./toml.ts";

/** What the values of a file amount to. */
export interface Judgement {
  /** `state_dir`, if the file sets it. */
  readonly stateDirectory?: string;
  readonly manifest: Manifest;
}

/** A configuration file that was read and found good. */
export interface Config extends Judgement {
  readonly path: string;
  readonly text: string;
  /** In the order of the file. */
  readonly warnings: readonly Problem[];
}

/** Judges the values of a file, and takes some out. What it says is right if no error is reported to `reader`. */
export function judge(reader: Reader, values: TomlTable): Judgement {
  const resolution = resolve(reader, check(reader, values));
  const entries = checkEntries(reader, resolution);
  const { stateDirectory } = resolution;
  if (stateDirectory !== null) {
    for (const { entry, at } of resolution.entries) {
      const hidden = whyStateIsHidden(entry.target, stateDirectory);
      if (hidden !== null) reader.refuse(at, hidden.message, hidden.help);
    }
  }
  if (entries.length === 0) {
    const help = 'add a table [persistence."/mnt/persist"] with `directories` and `files`';
    reader.warn(valueAt([]), "the configuration names nothing to persist", help);
  }
  return {
    ...(stateDirectory !== null && { stateDirectory }),
    manifest: entries.length === 0 ? emptyManifest : { entries },
  };
}
