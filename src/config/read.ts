import type { Accounts } from "./accounts.ts";
import { decodeConfig } from "./decode.ts";
import { Reader } from "./finding.ts";
import { type Config, judge } from "./judge.ts";
import { parsePlain } from "./toml.ts";

/**
 * Reads a configuration from the bytes of its file; see {@link readConfig}.
 *
 * @throws Failure (exit code 2) also for more than 16 MiB, NUL bytes, and what is not UTF-8
 */
export async function readConfigBytes(bytes: Uint8Array, file: string, accounts: Accounts): Promise<Config> {
  return readConfig(decodeConfig(bytes, file), file, accounts);
}

/**
 * Reads a configuration. Nothing is looked up but `accounts`; whether targets and sources exist is not asked.
 *
 * @param file the path of the file, which problems name
 * @throws Failure (exit code 2) with every error of the file, in its order
 */
export async function readConfig(text: string, file: string, accounts: Accounts): Promise<Config> {
  const config = readPlain(text, file, accounts);
  if (config !== null) return config;
  // What knows the places takes long to load, and longer to read.
  const { readPlaced } = await import("./read-placed.ts");
  return readPlaced(text, file, accounts);
}

/** The configuration by its plain values; null if there is anything to be said about it. */
export function readPlain(text: string, file: string, accounts: Accounts): Config | null {
  const values = parsePlain(text);
  if (values === null) return null;
  const reader = new Reader(accounts);
  const judgement = judge(reader, values);
  return reader.findings.length > 0 ? null : { path: file, text, ...judgement, warnings: [] };
}
