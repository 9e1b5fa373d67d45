import { usualPlaces } from "../config/locate.ts";
import { leadsToNothing } from "../linux/stat.ts";
import { isAtOrBelow, join, normalized } from "../model/path.ts";
import { failure } from "../model/problem.ts";
import { callingUser, type Surroundings, type Trusted, trustedBy } from "../state/caller.ts";
import type { StoreLocation } from "../state/store.ts";
import type { CommandContext } from "./context.ts";
import { surroundingsOf } from "./surroundings.ts";

/**
 * Where the state is: `--state-dir`, else `state_dir` of the configuration if there is one, else the usual place.
 * @param config what a command that reads the whole configuration anyway found there
 * @throws Failure (2) if a configuration is named and can't be read, if root cannot trust it, or if no rule gives a place
 */
export async function stateLocation(
  context: CommandContext,
  config?: { readonly stateDirectory?: string },
): Promise<StoreLocation> {
  const surroundings = surroundingsOf(context);
  const trusted = trustedBy(surroundings);
  const option = context.global.stateDirectory ?? undefined;
  const needsConfig = option === undefined && config === undefined;
  const configured = needsConfig ? await configuredDirectory(context, trusted) : config?.stateDirectory;
  return {
    path: locateState({ option, configured }, surroundings),
    trusted,
    onAltered: alteredFileReporter(context),
  };
}

/** Says once of each file that it was altered. */
function alteredFileReporter(context: CommandContext): (path: string) => void {
  const said = new Set<string>();
  return (path) => {
    if (said.has(path)) return;
    said.add(path);
    const message = `${path} is not as imp wrote it: its checksum is another one`;
    const help =
      "if you changed the file, take the line with the checksum out; if not, the disk or the memory may be failing";
    context.report([{ severity: "warning", message, help }]);
  };
}

/** What it takes to read a configuration is loaded only if there is one. */
async function configuredDirectory(
  context: CommandContext,
  trusted: Trusted | null,
): Promise<string | undefined> {
  if (hasNoConfig(context)) return undefined;
  const { configuredState } = await import("./configuration.ts");
  return (await configuredState(context, trusted)) ?? undefined;
}

/** True only if nobody named a configuration, and no path leads to one in the usual places. */
function hasNoConfig({ global, environment, workingDirectory }: CommandContext): boolean {
  if (global.config !== null || (environment["IMP_CONFIG"] ?? "") !== "") return false;
  return usualPlaces(workingDirectory).every(leadsToNothing);
}

/** The places that a person named for the state. */
export interface StateChoice {
  /** `--state-dir`, relative to the working directory. */
  readonly option: string | undefined;
  /** `state_dir` of the configuration: absolute. */
  readonly configured: string | undefined;
}

/**
 * The path of the state directory: absolute and normal, whether it exists or not. The first of `--state-dir`, the
 * configuration's `state_dir`, `$XDG_DATA_HOME/imp` and `~/.local/share/imp`, where `~` is the home of the calling
 * user, so that `sudo imp apply` and `imp list` agree.
 *
 * With sudo, `XDG_DATA_HOME` counts if sudo let the caller's own value through (`sudo -E`), but not if it lies in
 * root's home: then it is a setting of root's (`sudo -i`), and `imp list` of the caller would look elsewhere. A relative
 * one does not count (XDG Base Directory Specification).
 * @throws Failure (2) if no rule gives a place
 */
export function locateState(choice: StateChoice, surroundings: Surroundings): string {
  if (choice.option !== undefined) {
    return resolveGiven("--state-dir", choice.option, surroundings.workingDirectory);
  }
  if (choice.configured !== undefined) return normalized(choice.configured);
  const dataHome = usableDataHome(surroundings);
  if (dataHome !== null) return join(dataHome, "imp");
  return join(homeOfCaller(surroundings), ".local/share/imp");
}

const nameIt = "name a directory for imp's state with `--state-dir DIRECTORY`";

/**
 * The directory that a person gave with an option: absolute and normal.
 * @throws Failure (2) if it names none
 */
export function resolveGiven(option: string, given: string, workingDirectory: () => string): string {
  if (given === "") throw failure(2, `${option} names no directory`, `write \`${option} DIRECTORY\``);
  if (given.startsWith("/")) return normalized(given);
  try {
    return normalized(join(workingDirectory(), given));
  } catch {
    const message = `${option} ${given} is relative, and the working directory does not exist any more`;
    throw failure(2, message, "give an absolute path");
  }
}

function usableDataHome(surroundings: Surroundings): string | null {
  const dataHome = absolute(surroundings.environment.XDG_DATA_HOME);
  if (dataHome === null) return null;
  const caller = callingUser(surroundings);
  if (!caller.throughSudo || caller.uid === 0) return dataHome;
  const rootHome = absolute(surroundings.userById(0)?.home);
  const callerHome = absolute(caller.user?.home);
  if (callerHome !== null && isAtOrBelow(dataHome, callerHome)) return dataHome;
  const isRoots = rootHome !== null && rootHome !== "/" && isAtOrBelow(dataHome, rootHome);
  return isRoots ? null : dataHome;
}

function homeOfCaller(surroundings: Surroundings): string {
  const caller = callingUser(surroundings);
  // Behind sudo, HOME may be root's or the caller's, as sudoers(5) has it.
  const given = caller.throughSudo ? null : absolute(surroundings.environment.HOME);
  const home = given ?? absolute(caller.user?.home);
  if (home === null)
    throw failure(2, `there is no place for imp's state: user ${caller.uid} has no home`, nameIt);
  return home;
}

function absolute(path: string | undefined): string | null {
  return path?.startsWith("/") === true ? normalized(path) : null;
}
