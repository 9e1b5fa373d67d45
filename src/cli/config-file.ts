import { locateConfig } from "../config/locate.ts";
import { leadsToNothing } from "../linux/stat.ts";
import { lookAlong } from "../linux/way.ts";
import { Failure, failure } from "../model/problem.ts";
import type { Trusted } from "../state/caller.ts";
import { Unusable } from "../state/trouble.ts";
import { judgeWay, readEnd } from "../state/trust.ts";
import type { CommandContext } from "./context.ts";

/** A configuration file as it was read, before anyone looked at what it says. */
export interface ConfigFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads the configuration that the command line, the environment or the usual places name.
 * @throws Failure (2) if there is none
 * @throws Unusable (2) if root cannot trust it
 */
export function readConfigFile(context: CommandContext, trusted: Trusted | null): ConfigFile {
  const path = locate(context);
  return { path, bytes: readTrusted(path, trusted) };
}

/** As {@link readConfigFile}, but null if nobody named a configuration and the usual places have none. */
export function readConfigFileIfAny(context: CommandContext, trusted: Trusted | null): ConfigFile | null {
  const isNamed = context.global.config !== null || (variable(context) ?? "") !== "";
  if (isNamed) return readConfigFile(context, trusted);
  let path: string;
  try {
    path = locate(context);
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
  return { path, bytes: readTrusted(path, trusted) };
}

function locate(context: CommandContext): string {
  return locateConfig({
    option: context.global.config ?? undefined,
    environment: { IMP_CONFIG: variable(context) },
    workingDirectory: context.workingDirectory,
    // What may not be looked at could well exist: reading it then tells why it can't be used.
    exists: (path) => !leadsToNothing(path) && ["found", "denied"].includes(lookAlong(path).end),
  });
}

function variable({ environment }: CommandContext): string | undefined {
  return environment["IMP_CONFIG"];
}

/** No configuration comes near this many bytes (see `config/decode.ts`). */
const largestFile = 16 * 1024 * 1024;

/** Reads the very file that was found trustworthy, whatever the path leads to by then. */
function readTrusted(path: string, trusted: Trusted | null): Uint8Array {
  const way = lookAlong(path);
  const distrust = trusted === null ? [] : judgeWay(path, way, trusted);
  if (distrust.length > 0) throw new Unusable(2, distrust);
  const end = way.passed.at(-1);
  if (way.end === "denied" || end === undefined) {
    throw failure(2, `the configuration ${path} may not be read`, "run imp as root, for example with `sudo`");
  }
  if (end.stat.type !== "file")
    throw failure(2, `the configuration ${path} is no file but a ${end.stat.type}`);
  const reading = readEnd(way, largestFile);
  switch (reading.kind) {
    case "read":
      return reading.bytes;
    case "exchanged":
      throw failure(2, `${path} was exchanged while imp looked at it`, "run imp again");
    case "too-large":
      throw failure(2, `the configuration ${path} has ${reading.size} bytes, far too many`);
  }
}
