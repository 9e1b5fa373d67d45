/**
 * One section of CHANGELOG.md (the form of keepachangelog.com): `## [0.1.0] - 2026-11-24`, or `## [Unreleased]` with
 * what the next version will bring.
 */
export interface Section {
  /** Null for what is not released. */
  readonly version: string | null;
  /** The day of the release, as `2026-11-24`; null for what is not released. */
  readonly date: string | null;
  /** Everything below the heading, without empty lines around it. */
  readonly text: string;
}

const heading = /^## \[(?:Unreleased|(\d+\.\d+\.\d+))\](?: - (\d{4}-\d{2}-\d{2}))?$/;

/** The sections in their order, the newest first. Throws at a heading of any other form. */
export function changelogSections(changelog: string): readonly Section[] {
  const [, ...parts] = changelog.split(/^(?=## )/m);
  return parts.map((part) => {
    const [first = "", ...rest] = part.split("\n");
    const match = heading.exec(first);
    const [, version = null, date = null] = match ?? [];
    if (match === null || (version === null) !== (date === null)) {
      throw new Error(
        `CHANGELOG.md has the heading "${first}"\n  help: write "## [Unreleased]" or "## [1.2.3] - 2026-01-31"`,
      );
    }
    return { version, date, text: rest.join("\n").trim() };
  });
}

/** What a release says of itself: the section of its version. Throws if there is none, or nothing in it. */
export function releaseNotes(changelog: string, version: string): string {
  const text = changelogSections(changelog).find((section) => section.version === version)?.text ?? "";
  if (text === "") throw new Error(`CHANGELOG.md has nothing about version ${version}`);
  return `${text}\n`;
}

/** `changelog` with what was unreleased under the heading of a version. Throws if there is nothing unreleased. */
export function withRelease(changelog: string, version: string, date: string): string {
  const unreleased = changelogSections(changelog).find((section) => section.version === null);
  if (unreleased === undefined || unreleased.text === "") {
    throw new Error('CHANGELOG.md has nothing under "## [Unreleased]": there is nothing to release');
  }
  return changelog.replace(/^## \[Unreleased\]$/m, `## [Unreleased]\n\n## [${version}] - ${date}`);
}
