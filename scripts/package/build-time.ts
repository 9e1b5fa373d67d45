import { statSync } from "node:fs";
import { join } from "node:path";
import { requireSuccess } from "../build/run.ts";

/**
 * The time that everything in a package gets, in seconds since 1970: `SOURCE_DATE_EPOCH` (reproducible-builds.org) if
 * that is set, else that of the last commit, else, outside of a repository of git, that of CHANGELOG.md.
 */
export async function buildTime(repository: string): Promise<number> {
  const given = process.env["SOURCE_DATE_EPOCH"];
  if (given !== undefined) {
    if (!/^\d+$/.test(given)) throw new Error(`SOURCE_DATE_EPOCH is not a number of seconds: ${given}`);
    return Number(given);
  }
  try {
    return Number(await requireSuccess(["git", "log", "-1", "--format=%ct"], { cwd: repository }));
  } catch {
    return Math.floor(statSync(join(repository, "CHANGELOG.md")).mtimeMs / 1000);
  }
}
