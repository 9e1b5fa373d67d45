import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Entry } from "../model/manifest.ts";
import { isAtOrBelow, isBelow } from "../model/path.ts";
import { valueAt } from "./finding.ts";
import { brief, onlyHelp, problemsOf, read, refusals } from "./reading.fixture.ts";
import { visitNested } from "./rules.ts";

describe("a target", () => {
  test("given twice is refused with both places, across roots and kinds", () => {
    expect(refusals('[persistence."/p"]\ndirectories = ["/a", "/a/"]')).toEqual([
      "2:22+5 the target /a is given twice, first at imp.toml:2:16",
    ]);
    expect(refusals('[persistence."/p"]\nfiles = ["/a"]\n[persistence."/q"]\ndirectories = ["/a"]')).toEqual([
      "4:16+4 the target /a is given twice, first at imp.toml:2:10",
    ]);
  });

  test("given twice is refused at the later place, in whatever order kinds are read", () => {
    expect(refusals('[persistence."/p"]\nfiles = ["/a"]\ndirectories = ["/a"]')[0]).toStartWith("3:16+4 ");
  });

  test("below a file is refused, be it a file or a directory", () => {
    expect(refusals('[persistence."/p"]\nfiles = ["/a", "/a/b/c"]')).toEqual([
      "2:16+8 the target /a/b/c lies below /a, which is a file at imp.toml:2:10",
    ]);
    expect(
      refusals('[persistence."/p"]\nfiles = ["/a"]\n[persistence."/q"]\ndirectories = ["/a/b"]'),
    ).toEqual(["4:16+6 the target /a/b lies below /a, which is a file at imp.toml:2:10"]);
    expect(refusals('[persistence."/p"]\nfiles = [{ file = "/a", method = "bind" }, "/a/b"]')).toHaveLength(
      1,
    );
  });

  test("may lie below a directory, and beside a name that begins alike", () => {
    const text = `[persistence."/p"]\ndirectories = ["/a", "/a/b", "/a/b/c"]\nfiles = ["/f", "/f-2", "/f.d"]
      [persistence."/q"]\ndirectories = ["/a/d"]\nfiles = ["/a/e"]`;
    expect(read(text).manifest.entries).toHaveLength(8);
    expect(read(text).warnings).toEqual([]);
  });

  test("that contains its own persistence root is refused", () => {
    expect(refusals('[persistence."/mnt/p"]\ndirectories = ["/mnt"]')).toEqual([
      "2:16+6 the target /mnt contains its own persistence root /mnt/p",
    ]);
    expect(refusals('[persistence."/mnt/p"]\ndirectories = ["/mnt/p"]')).toEqual([
      "2:16+8 the target /mnt/p is its own persistence root",
    ]);
    expect(refusals('[persistence."/mnt/p"]\nfiles = ["/mnt"]')).toHaveLength(1);
  });

  test("that contains its own source is refused", () => {
    expect(refusals('[persistence."/a"]\ndirectories = ["/a/a"]')).toEqual([
      "2:16+6 the target /a/a contains its own source /a/a/a",
    ]);
  });

  test("that contains neither its root nor its source is none of these", () => {
    const path = fc
      .array(fc.constantFrom("a", "a", "b", "ab"), { minLength: 1, maxLength: 4 })
      .map((names) => `/${names.join("/")}`);
    fc.assert(
      fc.property(path, path, (root, target) => {
        const text = `[persistence."${root}"]\ndirectories = ["${target}"]`;
        const contains = isAtOrBelow(root, target) || isAtOrBelow(root + target, target);
        if (contains) expect(refusals(text)).toHaveLength(1);
        else expect(read(text).manifest.entries).toHaveLength(1);
      }),
      { numRuns: 1_000 },
    );
  });

  test("may lie inside of its root, and may contain another root", () => {
    const text = `[persistence."/p"]\ndirectories = ["/home", "/p/x"]
      [persistence."/home/user/dotfiles"]\nfiles = ["/home/user/.vimrc"]`;
    expect(read(text).manifest.entries).toHaveLength(3);
  });
});

describe("owner and mode of one directory", () => {
  test("asked for differently by two files in it are refused, with both places", () => {
    const text = `[persistence."/p"]
files = [
  { file = "/etc/ssh/a", parentDirectory = { mode = "0700" } },
  { file = "/etc/ssh/b", parentDirectory = { mode = "0755", user = "root" } },
  { file = "/etc/ssh/c", parentDirectory = { user = "user" } },
]`;
    expect(refusals(text)).toEqual([
      "4:12+12 /etc/ssh is to have mode `0755` here, but `0700` at imp.toml:3:12",
      "5:12+12 /etc/ssh is to have user `user` here, but `root` at imp.toml:4:12",
    ]);
  });

  test("asked for differently by the directory's own entry are refused", () => {
    const text = `[persistence."/p"]
directories = [{ directory = "/etc/ssh", group = "root" }]
[persistence."/q"]
files = [{ file = "/etc/ssh/a", parentDirectory = { group = "user" } }]`;
    expect(refusals(text)).toEqual([
      "4:19+12 /etc/ssh is to have group `user` here, but `root` at imp.toml:2:30",
    ]);
  });

  test("may be asked for in the same way, or in parts", () => {
    const text = `[persistence."/p"]
files = [
  { file = "/etc/ssh/a", parentDirectory = { mode = "0700", user = "root" } },
  { file = "/etc/ssh/b", parentDirectory = { mode = "700", user = 0 } },
  { file = "/etc/ssh/c", parentDirectory = { group = "root" } },
  { file = "/etc/ssh/d", mode = "0600", user = "user" },
]`;
    expect(read(text).manifest.entries).toHaveLength(4);
  });
});

describe("a file inside of a directory entry", () => {
  test("of the same root is redundant: a warning, and no entry", () => {
    const { manifest, warnings } = read('[persistence."/p"]\ndirectories = ["/a"]\nfiles = ["/a/b/c", "/d"]');
    expect(manifest.entries.map(({ target }) => target)).toEqual(["/a", "/d"]);
    expect(brief(warnings)).toEqual([
      "3:10+8 /a/b/c persists already, with the directory /a at imp.toml:2:16",
    ]);
    expect(warnings[0]).toMatchObject({ severity: "warning", help: "remove this entry" });
  });

  test("is told if its owner or mode is lost with it", () => {
    const { warnings } = read(
      '[persistence."/p"]\ndirectories = ["/a"]\nfiles = [{ file = "/a/b", mode = "0600" }]',
    );
    expect(warnings[0]?.help).toContain("not applied");
  });

  test("of another root is not redundant, nor if a directory of another root lies between", () => {
    const other = '[persistence."/p"]\ndirectories = ["/a"]\n[persistence."/q"]\nfiles = ["/a/b"]';
    expect(read(other).manifest.entries).toHaveLength(2);
    const between = `[persistence."/p"]\ndirectories = ["/a"]\nfiles = ["/a/b/c"]
      [persistence."/q"]\ndirectories = ["/a/b"]`;
    expect(read(between).manifest.entries).toHaveLength(3);
  });

  test("is kept if it is bound with options of its own", () => {
    const bound = (options: string) => `[persistence."/p"]\ndirectories = ["/a"]
      files = [{ file = "/a/b", method = "bind", options = [${options}] }]`;
    expect(read(bound('"ro"')).manifest.entries).toHaveLength(2);
    expect(read(bound("")).manifest.entries).toHaveLength(1);
  });
});

test("all problems of a file are reported at once, in its order", () => {
  const text = `bakcup = true
state_dir = "~/state"
[persistence."mnt"]
directories = ["/a", "/a", "/proc"]
[persistence."/p"]
directories = ["/p", { directory = "/b", user = "nobdy", mode = "9", options = ["rw"] }]
files = ["/b/../c", "/a", "/f", "/f/g", { file = "/h", options = [] }]
`;
  expect(problemsOf(text).map(({ place }) => `${place?.line}:${place?.column}`)).toEqual([
    "1:1",
    "2:13",
    "3:14",
    "4:22",
    "4:28",
    "6:16",
    "6:49",
    "6:65",
    "6:81",
    "7:10",
    "7:21",
    "7:33",
    "7:56",
  ]);
  for (const problem of problemsOf(text)) {
    expect(problem.severity).toBe("error");
    expect(problem.message).not.toMatch(/\.$/);
    expect(problem.help).not.toBe("");
    expect(problem.excerpt).toBe(text.split("\n")[(problem.place?.line ?? 0) - 1] ?? "");
  }
});

test("thousands of entries take no time", () => {
  const files = Array.from({ length: 20_000 }, (_, index) => `"/d${index % 100}/e/f${index}"`);
  const started = performance.now();
  const { manifest } = read(`[persistence."/p"]\nfiles = [${files.join(", ")}]`);
  expect(manifest.entries).toHaveLength(20_000);
  expect(performance.now() - started).toBeLessThan(5000);
});

test("the help of a swallowed root names the remedy", () => {
  expect(onlyHelp('[persistence."/mnt/p"]\ndirectories = ["/mnt"]')).toContain("move the persistence root");
});

test("every entry is visited once, with all that lie above it, outermost first", () => {
  const name = fc.constantFrom("a", "b", "a-b", "a.b", "a b", "ä", "\u0001");
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join("/")}`);
  fc.assert(
    fc.property(fc.uniqueArray(path, { maxLength: 12 }), (targets) => {
      const found = new Map<string, string[]>();
      const entries = targets.map((target) => ({ entry: linked(target), at: valueAt([]) }));
      visitNested(entries, ({ entry }, enclosing) => {
        expect(found.has(entry.target)).toBe(false);
        found.set(
          entry.target,
          enclosing.map((around) => around.entry.target),
        );
      });
      expect(found.size).toBe(targets.length);
      for (const [target, enclosing] of found) {
        const above = targets.filter((other) => isBelow(target, other));
        expect(enclosing).toEqual(above.sort((left, right) => left.length - right.length));
      }
    }),
  );
});

function linked(target: string): Entry {
  const settings = { backup: false, createParents: true, createSources: false };
  return { kind: "linked-file", root: "/p", target, source: `/p${target}`, ...settings };
}
