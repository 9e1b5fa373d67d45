import { expect, test } from "bun:test";
import { debianChangelog } from "./debian-changelog.ts";

const sections = [
  { version: null, date: null, text: "- More" },
  { version: "0.1.1", date: "2026-01-31", text: "- A thing" },
  { version: "0.1.0", date: "2026-01-01", text: "- The first thing" },
];

const headings = (changelog: string) => changelog.match(/^imp .*| -- .*/gm);

test("the package's changelog has every released version, the newest first", () => {
  expect(headings(debianChangelog(sections, "0.1.1", 0))).toEqual([
    "imp (0.1.1-1) unstable; urgency=medium",
    " -- The imp authors <imp-authors@users.noreply.github.com>  Sat, 31 Jan 2026 00:00:00 +0000",
    "imp (0.1.0-1) unstable; urgency=medium",
    " -- The imp authors <imp-authors@users.noreply.github.com>  Thu, 01 Jan 2026 00:00:00 +0000",
  ]);
});

test("a version that is not released has the time of its build", () => {
  expect(headings(debianChangelog(sections, "0.1.2", 86_400))?.slice(0, 2)).toEqual([
    "imp (0.1.2-1) unstable; urgency=medium",
    " -- The imp authors <imp-authors@users.noreply.github.com>  Fri, 02 Jan 1970 00:00:00 +0000",
  ]);
});
