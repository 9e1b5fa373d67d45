import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const repository = join(import.meta.dir, "../..");

/** What a document names between backticks, if it is a path of this repository. */
function namedPaths(document: string): readonly string[] {
  const text = readFileSync(join(repository, document), "utf8");
  const quoted = text.matchAll(/`((?:src|test|scripts|docs|packaging|\.github|\.ci)\/[^\s`]*)`/g);
  return [...quoted].map(([, path = ""]) => path);
}

test.each(["CONTRIBUTING.md", "SECURITY.md", ".github/AUTO_FIX.md"])(
  "every path that %s names is there",
  (document) => {
    const paths = namedPaths(document);
    expect(paths.length).toBeGreaterThan(2);
    expect(paths.filter((path) => !existsSync(join(repository, path)))).toEqual([]);
  },
);
