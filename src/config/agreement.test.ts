import { expect, test } from "bun:test";
import fc from "fast-check";
import { Failure } from "../model/problem.ts";
import { parseDocument } from "./document.ts";
import type { Config } from "./judge.ts";
import { readPlain } from "./read.ts";
import { entryPlaces, readPlaced } from "./read-placed.ts";
import { testAccounts } from "./reading.fixture.ts";
import { SourceText } from "./source-text.ts";
import { isTable, parsePlain, TomlDate } from "./toml.ts";

/* The runtime's parser of TOML against the one that knows places. */

const root = '[persistence."/p"]\n';

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
  ...["", ', mode = "0700"', ', user = "root", group = "user"', ", backup = true", ", user = 0"],
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

function placed(text: string): Config | null {
  try {
    return readPlaced(text, "imp.toml", testAccounts);
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

test("a configuration is read by its plain values as by the parser that knows places, or not at all", () => {
  const count = { plain: 0, refused: 0, warned: 0, numbered: 0 };
  fc.assert(
    fc.property(anyText, (text) => {
      const config = readPlain(text, "imp.toml", testAccounts);
      const expected = placed(text);
      if (config !== null) {
        count.plain += 1;
        expect(config).toStrictEqual(expected as Config);
        // The order of the keys as well: generations are written in it.
        expect(JSON.stringify(config)).toBe(JSON.stringify(expected));
        expectPlaces(config);
      } else if (expected === null) count.refused += 1;
      else if (expected.warnings.length > 0) count.warned += 1;
      else if (text.includes("user = 0")) count.numbered += 1;
      else throw new Error(`nothing is to be said about it:\n${text}`);
    }),
    { numRuns: 4_000 },
  );
  expect(count.plain).toBeGreaterThan(500);
  expect(count.refused).toBeGreaterThan(500);
  expect(count.numbered).toBeGreaterThan(20);
});

/** What stands at the place of an entry has to be its path. */
function expectPlaces({ text, manifest }: Config): void {
  const placeOf = entryPlaces(text, "imp.toml");
  const lines = text.split(/\r?\n/);
  for (const entry of manifest.entries) {
    const found = placeOf(entry);
    if (found === null) throw new Error(`${entry.target} has no place`);
    const { line, column, length } = found.place;
    expect(found.excerpt).toBe(lines[line - 1] ?? "no such line");
    const written = [...found.excerpt].slice(column - 1, column - 1 + length).join("");
    const { path } = Bun.TOML.parse(`path = ${written}`) as { path: string };
    expect(path.replace(/\/+$/, "")).toBe(entry.target);
  }
}

/** Pieces of TOML of every kind, right and wrong. */
const piece = fc.constantFrom(
  ...'a b a.b "a" \'a\' "" __proto__ constructor toString 1 - ä \ufeff \u0085 \u00a0 \u2028 😀'.split(" "),
  ..."= = = . , , [ ] { } [[ ]] # #c \"\"\" ''' \" ' \\ \\\n \\u0041 \\U0001F600 \\ud800 \\x41 \\e \\q".split(
    " ",
  ),
  ..."true false inf -nan 0 00 1_0 1__0 0x1f 0o17 0b1 1.5 1e3 1. .5 +1 -0 -0.0 9007199254740993".split(" "),
  ..."1979-05-27 07:32:00 1979-05-27T07:32:00Z 1979-13-01 \0 \u0001 \u007f \t \n \n \n \n \r\n \r".split(" "),
  ..."[a]\n [b]\n [a.b]\n [[a]]\n [[a.b]]\n [b.c]\n [__proto__]\n a=1\n b='x'\n a.b=true\n c={}\n".split(" "),
  ..."a=[]\n b=['x',]\n a={b=1,}\n b.a={c.d=1}\n".split(" "),
  ...[" ", " = ", "'c d'", "[ a ]\n", "# c\n", "1979-05-27 07:32"],
);
const soup = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));

test("what the runtime's parser takes, the one that knows places takes as well, with the same values", () => {
  const count = { taken: 0, refused: 0, takenByOne: 0 };
  fc.assert(
    fc.property(fc.oneof({ weight: 3, arbitrary: soup }, anyText), (text) => {
      const values = parsePlain(text);
      const document = parseDocument(new SourceText(text, "imp.toml"));
      if (values === null) count[Array.isArray(document) ? "refused" : "takenByOne"] += 1;
      else {
        count.taken += 1;
        if (Array.isArray(document)) throw new Error(`only the runtime takes ${JSON.stringify(text)}`);
        expect(alike(values)).toEqual(alike(document.values));
      }
    }),
    { numRuns: 10_000 },
  );
  expect(count.taken).toBeGreaterThan(1_500);
  expect(count.refused).toBeGreaterThan(3_000);
});

/** Tables as lists that keep names such as `__proto__` and the order, and without what the two can't say alike. */
function alike(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(alike);
  if (isTable(value)) return Object.entries(value).map(([key, content]) => [key, alike(content)]);
  return value instanceof TomlDate || typeof value === "object" ? "a date" : value;
}
