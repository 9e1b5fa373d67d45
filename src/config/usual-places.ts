export const systemConfig = "/etc/imp/imp.toml";

/** Where a configuration is looked for that nobody named, in this order. */
export function usualPlaces(workingDirectory: () => string): readonly string[] {
  const local = inWorkingDirectory("imp.toml", workingDirectory);
  return local === null ? [systemConfig] : [local, systemConfig];
}

/** The absolute path of a relative one; null if the working directory was removed. */
export function inWorkingDirectory(path: string, workingDirectory: () => string): string | null {
  try {
    const directory = workingDirectory();
    // `..` stays: only the kernel knows where it leads behind a symlink.
    const below = path.startsWith(".") ? path.replace(/^(?:\.\/+)+/, "") : path;
    return directory.endsWith("/") ? directory + below : `${directory}/${below}`;
  } catch {
    return null;
  }
}
