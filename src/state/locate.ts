import { isAtOrBelow, join, normalized } from "../model/path.ts";
import { failure } from "../model/problem.ts";
import { callingUser, type Surroundings } from "./caller.ts";

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
  if (choice.option !== undefined) return resolveOption(choice.option, surroundings);
  if (choice.configured !== undefined) return normalized(choice.configured);
  const dataHome = usableDataHome(surroundings);
  if (dataHome !== null) return join(dataHome, "imp");
  return join(homeOfCaller(surroundings), ".local/share/imp");
}

const nameIt = "name a directory for imp's state with `--state-dir DIRECTORY`";

function resolveOption(option: string, surroundings: Surroundings): string {
  if (option === "") throw failure(2, "--state-dir names no directory", nameIt);
  if (option.startsWith("/")) return normalized(option);
  try {
    return normalized(join(surroundings.workingDirectory(), option));
  } catch {
    const message = `--state-dir ${option} is relative, and the working directory does not exist any more`;
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
  const recorded = absolute(caller.user?.home);
  // Behind sudo, HOME may be root's or the caller's, as sudoers(5) has it.
  const home = caller.throughSudo ? recorded : (absolute(surroundings.environment.HOME) ?? recorded);
  if (home === null)
    throw failure(2, `there is no place for imp's state: user ${caller.uid} has no home`, nameIt);
  return home;
}

function absolute(path: string | undefined): string | null {
  return path?.startsWith("/") === true ? normalized(path) : null;
}
