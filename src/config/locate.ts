import { Failure } from "../model/problem.ts";

const systemConfig = "/etc/imp/imp.toml";

/** Above this many bytes a file is not a configuration that a person wrote. */
export const largestConfig = 16 * 1024 * 1024;

/** Where a configuration may come from. */
export interface ConfigSearch {
  /** The value of `--config`. */
  readonly option: string | undefined;
  readonly environment: { readonly IMP_CONFIG?: string | undefined };
  /** Throws if the directory was removed; asked only for a relative path. */
  readonly workingDirectory: () => string;
  readonly exists: (path: string) => boolean;
}

const beginning = `write a configuration, for example ${systemConfig}:
  [persistence."/mnt/persist"]
  directories = ["/var/log"]
  files = ["/etc/machine-id"]`;

/**
 * The absolute path of the configuration: the one that `--config` names, else the one that `$IMP_CONFIG` names,
 * else the first of `./imp.toml` and `/etc/imp/imp.toml` that exists.
 *
 * @throws Failure (exit code 2) that names every place that was looked in
 */
export function locateConfig({ option, environment, workingDirectory, exists }: ConfigSearch): string {
  if (option !== undefined) return named(option, "--config");
  const variable = environment.IMP_CONFIG ?? "";
  if (variable !== "") return named(variable, "$IMP_CONFIG");

  const places = usualPlaces(workingDirectory);
  const found = places.find(exists);
  if (found !== undefined) return found;
  throw refusal(`there is no configuration: neither ${places.join(" nor ")} exists`);

  function named(path: string, by: string): string {
    if (path === "") throw refusal(`${by} names no file`);
    const absolute = path.startsWith("/") ? path : inWorkingDirectory(path, workingDirectory);
    if (absolute === null)
      throw refusal(`${by} ${path} is relative, and the working directory does not exist any more`);
    if (exists(absolute)) return absolute;
    throw refusal(`there is no configuration ${absolute}, which ${by} names`);
  }
}

function refusal(message: string): Failure {
  return new Failure(2, [{ severity: "error", message, help: beginning }]);
}

/** Where a configuration is looked for that nobody named, in this order. */
export function usualPlaces(workingDirectory: () => string): readonly string[] {
  const local = inWorkingDirectory("imp.toml", workingDirectory);
  return local === null ? [systemConfig] : [local, systemConfig];
}

/** The absolute path of a relative one; null if the working directory was removed. */
function inWorkingDirectory(path: string, workingDirectory: () => string): string | null {
  try {
    const directory = workingDirectory();
    // `..` stays: only the kernel knows where it leads behind a symlink.
    const below = path.startsWith(".") ? path.replace(/^(?:\.\/+)+/, "") : path;
    return directory.endsWith("/") ? directory + below : `${directory}/${below}`;
  } catch {
    return null;
  }
}
