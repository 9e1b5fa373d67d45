import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import packageFile from "../package.json" with { type: "json" };
import { releaseNotes, withRelease } from "./release/changelog.ts";
import { nextVersion, withVersion } from "./release/version.ts";

/**
 * What a release takes besides the builds.
 *
 * Usage: bun scripts/release.ts prepare       writes the next version into package.json, package-lock.json and
 *                                             CHANGELOG.md, and prints it
 *        bun scripts/release.ts notes VERSION prints what CHANGELOG.md has about a version
 */

const repository = join(import.meta.dirname, "..");
const changelogPath = join(repository, "CHANGELOG.md");
const changelog = readFileSync(changelogPath, "utf8");

function prepare(): string {
  const version = nextVersion(packageFile.version, changelog);
  writeFileSync(changelogPath, withRelease(changelog, version, new Date().toISOString().slice(0, 10)));
  for (const name of ["package.json", "package-lock.json"]) {
    const path = join(repository, name);
    writeFileSync(path, withVersion(readFileSync(path, "utf8"), packageFile.version, version));
  }
  return `${version}\n`;
}

try {
  const [action, version] = process.argv.slice(2);
  if (action === "prepare" && version === undefined) process.stdout.write(prepare());
  else if (action === "notes" && version !== undefined)
    process.stdout.write(releaseNotes(changelog, version));
  else throw new Error("usage: bun scripts/release.ts prepare | notes VERSION");
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
