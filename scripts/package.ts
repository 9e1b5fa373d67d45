import { join } from "node:path";
import packageFile from "../package.json" with { type: "json" };
import { buildTime } from "./package/build-time.ts";
import { type Architecture, architectures } from "./package/control.ts";
import { buildDebianPackage } from "./package/debian.ts";

/**
 * Makes the packages for Debian in `dist/`, with dpkg-deb: one for each architecture, or for those that are named.
 *
 * Usage: bun scripts/package.ts [ARCHITECTURE…]
 */

const repository = join(import.meta.dir, "..");
const known = Object.keys(architectures) as readonly Architecture[];

try {
  const words = process.argv.slice(2);
  const unknown = words.filter((word) => !known.some((name) => name === word));
  if (unknown.length > 0) {
    throw new Error(
      `there is no package for ${unknown.join(", ")}\n  help: there is one for ${known.join(", ")}`,
    );
  }
  const builtAt = await buildTime(repository);
  for (const architecture of known.filter((name) => words.length === 0 || words.includes(name))) {
    const output = join(repository, "dist");
    const { version } = packageFile;
    console.log(`built ${await buildDebianPackage({ repository, version, architecture, builtAt, output })}`);
  }
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
