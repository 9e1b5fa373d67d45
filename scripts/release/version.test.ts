import { expect, test } from "bun:test";
import { join } from "node:path";
import packageFile from "../../package.json" with { type: "json" };
import { nextVersion, withVersion } from "./version.ts";

const unreleased = "# Changelog\n\n## [Unreleased]\n\n- A thing\n";

test("the version of package.json is next if it was never released", () => {
  expect(nextVersion("0.1.0", unreleased)).toBe("0.1.0");
});

test("after that, the next patch version is", () => {
  expect(nextVersion("0.1.9", `${unreleased}\n## [0.1.9] - 2026-01-01\n`)).toBe("0.1.10");
});

test.each(["package.json", "package-lock.json"])(
  "a new version in %s changes the version of imp, and nothing else",
  async (name) => {
    const text = await Bun.file(join(import.meta.dir, "../..", name)).text();
    const before = JSON.parse(text);
    const after = JSON.parse(withVersion(text, packageFile.version, "9.8.7"));
    const expected = { ...before, version: "9.8.7" };
    if (name === "package-lock.json") expected.packages[""].version = "9.8.7";
    expect(after).toEqual(expected);
  },
);
