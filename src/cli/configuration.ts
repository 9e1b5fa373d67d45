import type { Config } from "../config/judge.ts";
import { largestConfig, locateConfig } from "../config/locate.ts";
import { readStateDirectory } from "../config/state-directory.ts";
import { type PathTrace, tracePath } from "../linux/path-walk.ts";
import { leadsToNothing } from "../linux/stat.ts";
import { Failure, failure } from "../model/problem.ts";
import { type Trusted, trustedBy } from "../state/caller.ts";
import { Unusable } from "../state/trouble.ts";
import { judgeWay, readEnd } from "../state/trust.ts";
import type { CommandContext } from "./context.ts";
import { surroundingsOf } from "./surroundings.ts";

/**
 * What the configuration says now: the one that the command line or the environment names, or that of the usual places.
 * Reports its warnings.
 * @throws Failure (2) if there is none, or with all that is wrong with it
 * @throws Unusable (2) if root cannot trust it
 */
export async function loadConfiguration(context: CommandContext): Promise<Config> {
  const { path, way } = locate(context);
  const bytes = readTrusted(path, way, trustedBy(surroundingsOf(context)));
  const [{ readConfigBytes }, { systemAccounts }] = await Promise.all([
    import("../config/read.ts"),
    import("../config/accounts.ts"),
  ]);
  const config = await readConfigBytes(bytes, path, systemAccounts());
  context.report(config.warnings);
  return config;
}

/**
 * `state_dir` of the configuration; null if that has none, or if there is no configuration.
 * @throws Failure (2) if a configuration is named and can't be read
 * @throws Unusable (2) if root cannot trust it
 */
export async function configuredState(
  context: CommandContext,
  trusted: Trusted | null,
): Promise<string | null> {
  const file = locateIfAny(context);
  return file === null ? null : readStateDirectory(readTrusted(file.path, file.way, trusted), file.path);
}

/** As {@link locate}, but null if nobody named a configuration and the usual places have none. */
function locateIfAny(context: CommandContext): LocatedFile | null {
  const isNamed = context.global.config !== null || (variable(context) ?? "") !== "";
  try {
    return locate(context);
  } catch (error) {
    if (!isNamed && error instanceof Failure) return null;
    throw error;
  }
}

/** A configuration, and how its path was walked. */
interface LocatedFile {
  readonly path: string;
  readonly way: PathTrace;
}

function locate(context: CommandContext): LocatedFile {
  const ways = new Map<string, PathTrace>();
  const path = locateConfig({
    option: context.global.config ?? undefined,
    environment: { IMP_CONFIG: variable(context) },
    workingDirectory: context.workingDirectory,
    exists: (candidate) => {
      if (leadsToNothing(candidate)) return false;
      const way = tracePath(candidate);
      ways.set(candidate, way);
      // What may not be looked at could well exist: reading it then tells why it can't be used.
      return way.end === "found" || way.end === "denied";
    },
  });
  return { path, way: ways.get(path) ?? tracePath(path) };
}

function variable({ environment }: CommandContext): string | undefined {
  return environment["IMP_CONFIG"];
}

/** Reads the very file that was found trustworthy, whatever the path leads to by then. */
function readTrusted(path: string, way: PathTrace, trusted: Trusted | null): Uint8Array {
  const distrust = trusted === null ? [] : judgeWay(path, way, trusted);
  if (distrust.length > 0) throw new Unusable(2, distrust);
  const end = way.passed.at(-1);
  if (way.end === "denied" || end === undefined) {
    throw failure(2, `the configuration ${path} may not be read`, "run imp as root, for example with `sudo`");
  }
  if (end.stat.type !== "file")
    throw failure(2, `the configuration ${path} is no file but a ${end.stat.type}`);
  const reading = readEnd(way, largestConfig);
  switch (reading.kind) {
    case "read":
      return reading.bytes;
    case "exchanged":
      throw failure(2, `${path} was exchanged while imp looked at it`, "run imp again");
    case "too-large":
      throw failure(2, `the configuration ${path} has ${reading.size} bytes, far too many`);
  }
}
