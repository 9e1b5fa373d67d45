import type { Section } from "../release/changelog.ts";
import { debianVersion, maintainer } from "./control.ts";

/**
 * The changelog of the package (deb-changelog(5)): an entry for each released version, and one for this version if it
 * is not released yet. What is new stands in CHANGELOG.md, so it is not told again.
 * @param version as in package.json
 * @param builtAt the time of the entry of a version that is not released, in seconds since 1970
 */
export function debianChangelog(sections: readonly Section[], version: string, builtAt: number): string {
  const released = sections.flatMap((section) =>
    section.version === null || section.date === null
      ? []
      : [entry(section.version, Date.parse(`${section.date}T00:00:00Z`) / 1000)],
  );
  const isReleased = sections.some((section) => section.version === version);
  return [...(isReleased ? [] : [entry(version, builtAt)]), ...released].join("\n");
}

function entry(version: string, seconds: number): string {
  // "Sat, 31 Jan 2026 00:00:00 GMT", where Debian wants the offset in figures.
  const date = new Date(seconds * 1000).toUTCString().replace("GMT", "+0000");
  return `imp (${debianVersion(version)}) unstable; urgency=medium

  * Version ${version}. What is new is told in CHANGELOG.md.

 -- ${maintainer}  ${date}
`;
}
