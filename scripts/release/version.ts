import { changelogSections } from "./changelog.ts";

/**
 * The version that the next release gets: the one in package.json if it was never released, else the patch version
 * after it.
 */
export function nextVersion(version: string, changelog: string): string {
  const isReleased = changelogSections(changelog).some((section) => section.version === version);
  if (!isReleased) return version;
  const [, minor = "", patch] = /^(\d+\.\d+)\.(\d+)$/.exec(version) ?? [];
  if (patch === undefined)
    throw new Error(`package.json has the version ${version}, which is not of the form 1.2.3`);
  return `${minor}.${Number(patch) + 1}`;
}

/**
 * The text of package.json or package-lock.json with another version of this package, and nothing else changed. In
 * both the first `"version"` is the package's own; the lock file has it a second time, under `""`.
 */
export function withVersion(json: string, from: string, to: string): string {
  const property = `"version": "${from}"`;
  const own = /^ {2}"version": "[^"]*"|(?<="": \{\n {6}"name": "[^"]*",\n {6})"version": "[^"]*"/gm;
  return json.replace(own, (found) => found.replace(property, `"version": "${to}"`));
}
