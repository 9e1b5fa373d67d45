import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Failure } from "../model/problem.ts";
import { fold } from "./fold.ts";
import { type Config, readFolded, readWhole } from "./read.ts";
import { testAccounts } from "./test-reading.ts";

const root = '[persistence."/p"]\n';

function folded(text: string): string | undefined {
  return fold(text)?.text;
}

describe("a text", () => {
  test("loses the lines of a run but the first", () => {
    const text = `${root}files = [\n  "/a",\n  "/b",\n  "/c",\n]\ndirectories = [\n"/d",\n"/e",\n"/f"]`;
    expect(folded(text)).toBe(`${root}files = [\n  "/a",\n]\ndirectories = [\n"/d",\n"/f"]`);
  });

  test("loses lines with a table as well, if only their paths differ", () => {
    const line = (path: string, mode: string) => `  { directory = "${path}", mode = "${mode}" },\n`;
    const lines = [line("/a", "0700"), line("/b", "0700"), line("/c", "0755"), line("/d", "0755")];
    expect(folded(`${root}directories = [\n${lines.join("")}]`)).toBe(
      `${root}directories = [\n${lines[0]}${lines[2]}]`,
    );
  });

  test("loses the comments and blank lines of a run, but not those behind it", () => {
    const text = `${root}files = [\r\n"/a",\r\n\r\n # b:\r\n"/b",\r\n# end\r\n]\r\n`;
    expect(folded(text)).toBe(`${root}files = [\r\n"/a",\r\n# end\r\n]\r\n`);
  });

  test("stays whole if no two lines are alike, or if a text may go on over lines", () => {
    for (const lines of [
      '"/a",\n',
      '"/a",\n "/b",\n',
      '"/a",\n"/b"\n',
      '"/a",\n"/b", # b\n',
      '"/a",\r\n"/b",\n',
      '"/a",\n"/\\u0062",\n',
      '"/😀",\n"/😀b",\n',
      '{ directory = "/a",\n{ directory = "/b",\n',
      '{ mode = "0700", directory = "/a" },\n{ mode = "0700", directory = "/b" },\n',
      '{ user = "root", directory = "/a" },\n{ user = "user", directory = "/a" },\n',
      `{ directory = "/a"${", a = 1".repeat(200)} },\n`.repeat(2),
      '{ directory = "/a" }, {},\n{ directory = "/b" }, {},\n',
      '{ directory = "/a", # },\n{ directory = "/b", # },\n',
      '"""\n"/a",\n"/b",\n""",\n',
      "'''\n\"/a\",\n\"/b\",\n''',\n",
    ]) {
      expect([lines, fold(`${root}files = [\n${lines}]\n`)]).toEqual([lines, null]);
    }
  });
});

/** Configurations as people write them, and then one of the things that people get wrong. */
const usualPath = fc
  .tuple(fc.constantFrom("a", "b", "c", "d e", "ä"), fc.nat(300))
  .map((names) => `/${names.join("/")}`);
const oddPath = fc.constantFrom(
  ...["/proc/a", "/p", "/a", "/a/1/b", "/s", "/", "/a/", "/a//b", "/a/../b", "x", "", "~", "ro", "bind"],
  ...[
    "/😀",
    "/\\u0062",
    "/#",
    "/]",
    "/{",
    "/x\u2028",
    "/\t",
    `/${"a".repeat(300)}`,
    `/${"a/".repeat(2040)}x`,
  ],
);
const path = fc.oneof({ weight: 60, arbitrary: usualPath }, oddPath);
const tail = fc.constantFrom(
  ...["", ', mode = "0700"', ', user = "root", group = "user"', ", backup = true", ", mode = '0700'"],
  ...[', "mode" = "0700"', ', options = ["ro"]', ', parentDirectory = { mode = "0700", user = "root" }', ","],
);
const oddTail = fc.constantFrom(
  ...[', user = "nobody"', ', options = ["rw"]', ", method = 'bind', options = []", ", mode = 750", ", {"],
  ...[', directory = "/z"', ', x = "}, {"', ' }, { directory = "/y"', ', mode = "7', ", a = [ }", ", b = {"],
);
const between = fc.constantFrom(
  ...["# comment\n", "\n", " \t\n", '# "\n', "# ä😀\n", '#\u2028"/x",\n', '# a\r"/x",\n', "# \u0007\n"],
);

/** Lines that are alike but for their paths, and perhaps something between them. */
function lines(around: fc.Arbitrary<readonly [string, string]>): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.array(path, { minLength: 1, maxLength: 4 }),
      around,
      fc.constantFrom("", "  ", "\t"),
      fc.option(fc.tuple(fc.nat(3), between), { freq: 2 }),
    )
    .map(([paths, [before, behind], indentation, extra]) => {
      const all = paths.map((text) => `${indentation}${before}"${text}"${behind},\n`);
      return (extra === null ? all : all.toSpliced(extra[0], 0, extra[1])).join("");
    });
}

const plainLines = lines(fc.constant(["", ""] as const));

function array(name: string, key: string): fc.Arbitrary<string> {
  const endings = fc.oneof({ weight: 12, arbitrary: tail }, oddTail);
  const tables = lines(endings.map((more) => [`{ ${key} = `, `${more} }`] as const));
  const blocks = fc.oneof(plainLines, tables, between);
  return fc.array(blocks, { minLength: 1, maxLength: 4 }).map((all) => `${name} = [\n${all.join("")}]\n`);
}

const table = fc
  .tuple(fc.option(array("directories", "directory")), fc.option(array("files", "file")))
  .map((arrays) => arrays.join(""));
const configuration = fc
  .tuple(fc.constantFrom("", 'state_dir = "/s/d"\n', "backup = true\n"), table, fc.option(table, { freq: 2 }))
  .map(([head, first, second]) =>
    [head, root, first, ...(second === null ? [] : ['[persistence."/q"]\n', second])].join(""),
  );

const mistake = fc.oneof(
  fc.constantFrom(
    ...[
      "]\n",
      "[\n",
      "],\n",
      "{\n",
      "}\n",
      "},\n",
      ",\n",
      '"""\n',
      "'''\n",
      '"/a"\n',
      "5,\n",
      '"/a", "/b",\n',
    ],
    ...[
      "a =\n",
      "a.\n",
      "options = [\n",
      "x = {\n",
      "x = [[\n",
      "[persistence.\n",
      '[[persistence."/q".files]]\n',
    ],
    ...['"', "\r", " ", "#", "\\", "", "{ directory = '/a',\n"],
  ),
  array("options", "options"),
  plainLines,
);
const anyText = fc
  .tuple(
    configuration,
    fc.option(fc.tuple(fc.nat(), fc.boolean(), fc.nat(2), mistake), { freq: 1 }),
    fc.constantFrom("\n", "\n", "\r\n"),
    fc.boolean(),
  )
  .map(([right, change, lineBreak, endsWithText]) => {
    let text = right;
    if (change !== null) {
      const [somewhere, isLine, removed, inserted] = change;
      const offset = somewhere % text.length;
      const at = isLine ? text.indexOf("\n", offset) + 1 : offset;
      text = text.slice(0, at) + inserted + text.slice(at + (isLine ? 0 : removed));
    }
    return (endsWithText ? text.trimEnd() : text).replaceAll("\n", lineBreak);
  });

function readsWhole(text: string): Config | null {
  try {
    return readWhole(text, "imp.toml", testAccounts);
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

test("a folded text tells the same as the whole, or nothing", () => {
  const count = { told: 0, refused: 0, withheld: 0 };
  fc.assert(
    fc.property(anyText, (text) => {
      if (fold(text) === null) return;
      const config = readFolded(text, "imp.toml", testAccounts);
      const expected = readsWhole(text);
      if (config === null) {
        count[expected === null ? "refused" : "withheld"] += 1;
        return;
      }
      count.told += 1;
      expect(config).toStrictEqual(expected as Config);
      // The order of the keys as well: generations are written in it.
      expect(JSON.stringify(config)).toBe(JSON.stringify(expected));
    }),
    { numRuns: 8_000 },
  );
  expect(count.told).toBeGreaterThan(1_500);
  expect(count.refused).toBeGreaterThan(1_500);
  // Whatever is right is told, or folding would be for nothing.
  expect(count.withheld).toBe(0);
});
