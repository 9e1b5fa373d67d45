import { expect, test } from "bun:test";
import fc from "fast-check";
import { normalized } from "../model/path.ts";
import { findMisfit, type Shape } from "./shape.ts";
import * as values from "./values.ts";

test("a path is normal if making it so changes nothing", () => {
  const path = fc.array(fc.constantFrom("/", "/", ".", "a", "..", "é", ".b"), { maxLength: 6 });
  fc.assert(
    fc.property(path, (parts) => {
      const text = parts.join("");
      expect(values.isNormalPath(text)).toBe(text.startsWith("/") && normalized(text) === text);
    }),
    { numRuns: 2_000 },
  );
});

const cases: readonly (readonly [string, Shape<unknown>, readonly unknown[], readonly unknown[]])[] = [
  ["truth", values.truth, [true, false], [0, 1, null, "true"]],
  ["anyText", values.anyText, ["", "a"], [1, null, []]],
  ["someText", values.someText, ["a"], ["", 1, null]],
  ["ordinal", values.ordinal, [1, 2 ** 31, Number.MAX_SAFE_INTEGER], [0, -1, 1.5, 2 ** 53, Number.NaN, "1"]],
  ["count", values.count, [0, 1], [-1, 0.5, 2 ** 60, null]],
  ["id", values.id, [0, 2 ** 32 - 2], [2 ** 32 - 1, -1]],
  ["moment", values.moment, ["2024-02-29T23:59:59.999Z"], ["2025-02-29T00:00:00Z", "yesterday", 5]],
  ["label", values.label, ["before the upgrade"], ["", " ", "two\nlines", "x".repeat(101)]],
  ["configPath", values.configPath, ["imp.toml", "/etc/../imp.toml", "\udcff"], ["", "\0", "\ud800", 1]],
  ["path", values.path, ["/", "/a", "/a/.b", "/a/…", "/\udcff"], ["", "a", "/a/", "//a", "/a/..", "/\0"]],
  ["pathBelowRoot", values.pathBelowRoot, ["/a", "/-"], ["/", "/./a", "/\ud800", "/a\udc00"]],
  [
    "identity",
    values.identity,
    [
      { inode: "1", birth: null },
      { inode: "1".repeat(20), birth: `-${"1".repeat(30)}` },
    ],
    [
      { inode: "" },
      { inode: "1" },
      { inode: "-1", birth: null },
      { inode: "1\n", birth: null },
      { inode: 1, birth: null },
      { inode: "1".repeat(21), birth: null },
      { inode: "1", birth: "1".repeat(31) },
      { inode: "1", birth: null, other: 1 },
    ],
  ],
  ["options", values.options, [[], ["ro", "noexec"]], [["RO"], ["ro", 1], "ro", {}]],
  [
    "access",
    values.access,
    [{ uid: 0, gid: 2 ** 32 - 2, mode: 0o7777 }],
    [
      { uid: -1, gid: 0, mode: 0 },
      { uid: 0, gid: 0, mode: 0o10000 },
      { uid: 0, gid: 0 },
    ],
  ],
];

test.each(cases)("%s is what is safe to act on, and nothing else", (_, shape, good, bad) => {
  for (const value of good) expect([value, findMisfit(shape, value)]).toEqual([value, null]);
  for (const value of bad) expect([value, findMisfit(shape, value) === null]).toEqual([value, false]);
});
