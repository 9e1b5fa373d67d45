import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import packageFile from "../../package.json" with { type: "json" };
import { changelogSections, releaseNotes, withRelease } from "./changelog.ts";

const changelog = `# Changelog

What changes.

## [Unreleased]

### Fixed

- The third thing

## [0.1.1] - 2026-02-01

### Added

- The second thing

## [0.1.0] - 2026-01-01

- The first thing
`;

test("a changelog has a section for each version, and one for what is not released", () => {
  expect(changelogSections(changelog)).toEqual([
    { version: null, date: null, text: "### Fixed\n\n- The third thing" },
    { version: "0.1.1", date: "2026-02-01", text: "### Added\n\n- The second thing" },
    { version: "0.1.0", date: "2026-01-01", text: "- The first thing" },
  ]);
});

test.each(["## 0.1.0", "## [0.1.0]", "## [Unreleased] - 2026-01-01", "## [0.1] - 2026-01-01"])(
  "the heading %p is refused",
  (line) => {
    expect(() => changelogSections(`# Changelog\n\n${line}\n\n- A thing\n`)).toThrow(
      `has the heading "${line}"`,
    );
  },
);

describe("the notes of a release", () => {
  test("are the section of its version", () => {
    expect(releaseNotes(changelog, "0.1.1")).toBe("### Added\n\n- The second thing\n");
  });

  test("are missed where there is no such section", () => {
    expect(() => releaseNotes(changelog, "0.1.2")).toThrow("nothing about version 0.1.2");
  });
});

describe("a release", () => {
  test("takes over what was unreleased, and leaves room for more", () => {
    const released = withRelease(changelog, "0.1.2", "2026-03-01");
    expect(changelogSections(released).slice(0, 2)).toEqual([
      { version: null, date: null, text: "" },
      { version: "0.1.2", date: "2026-03-01", text: "### Fixed\n\n- The third thing" },
    ]);
  });

  test("needs something to release", () => {
    const released = withRelease(changelog, "0.1.2", "2026-03-01");
    expect(() => withRelease(released, "0.1.3", "2026-03-02")).toThrow("nothing to release");
  });
});

test("CHANGELOG.md tells what is new in this version, or in the next one", async () => {
  const sections = changelogSections(await Bun.file(join(import.meta.dir, "../../CHANGELOG.md")).text());
  const newest = sections.find(({ text }) => text !== "");
  expect(newest?.version ?? packageFile.version).toBe(packageFile.version);
  expect(newest?.text).toContain("\n- ");
});
