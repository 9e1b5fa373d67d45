import { describe, expect, test } from "bun:test";
import { parseDocument } from "./document.ts";
import { type KeyPath, keyAt, valueAt } from "./finding.ts";
import { SourceText } from "./source-text.ts";
import { TomlDate } from "./toml.ts";

function parse(text: string): unknown {
  const document = parseDocument(new SourceText(text, "imp.toml"));
  return Array.isArray(document) ? document.map(({ message }) => message) : document.values;
}

describe("a document", () => {
  test("holds values of every type", () => {
    expect(
      parse("a = 'x'\nb = true\nc = 1_000\nd = 1.5\ne = 2025-01-01\nf = [1, ['y']]\ng = { h = 1 }"),
    ).toEqual({
      a: "x",
      b: true,
      c: 1000n,
      d: 1.5,
      e: new TomlDate("2025-01-01"),
      f: [1n, ["y"]],
      g: { h: 1n },
    });
  });

  test("may write tables with headers, dotted keys or braces", () => {
    expect(parse('[a."b/c"]\nx = 1\n[a]\ny.z = 2\ny.w = { v.u = 3 }')).toEqual({
      a: { "b/c": { x: 1n }, y: { z: 2n, w: { v: { u: 3n } } } },
    });
  });

  test("may write arrays of tables, to the last of which further headers belong", () => {
    expect(parse("[[a]]\nx = 1\n[[a]]\n[a.b]\ny = 2\n[[a.c]]\n[[a.c]]\nz = 3")).toEqual({
      a: [{ x: 1n }, { b: { y: 2n }, c: [{}, { z: 3n }] }],
    });
  });

  test("may spread braces over lines, as TOML 1.1 allows", () => {
    expect(parse("a = {\n  b = 1,\n}")).toEqual({ a: { b: 1n } });
  });

  test("that gives a key twice is refused, however it is written", () => {
    for (const text of [
      "a = 1\n[a]",
      "a = 1\na.b = 2",
      "[a]\n[a]",
      "a = []\n[[a]]",
      "a = { b = 1 }\n[a.b]",
      "[[a]]\n[a]",
    ]) {
      expect([text, parse(text)]).toEqual([text, ["not valid TOML: the key is given twice"]]);
    }
  });
});

test("a carriage return has to stand before a line feed, wherever it is", () => {
  const message = "not valid TOML: there is a carriage return without a line feed";
  for (const text of [
    'a = """x\ry"""',
    "a = '''x\ry'''",
    "# a\rb",
    'a = "x\ry"',
    "a = 1\rb = 2",
    "a = 1\r",
  ]) {
    expect([text, parse(text)]).toEqual([text, [message]]);
  }
  expect(parse('a = """x\r\ny"""\r\n# b\r\n')).toEqual({ a: "x\ny" });
});

test("names that mean something to JavaScript are names like others", () => {
  const document = parse("__proto__.x = 1\n[constructor]\n[a.__proto__]\ny = 2") as object;
  expect(Object.keys(document)).toEqual(["__proto__", "constructor", "a"]);
  expect("x" in document || "x" in {} || "y" in {}).toBe(false);
});

test("everything knows its place", () => {
  const text = '[p."/x"]\nfiles = ["/a", { file = "/b" }]';
  const document = parseDocument(new SourceText(text, "imp.toml"));
  if (Array.isArray(document)) throw new Error("not read");
  const value = (...path: KeyPath) => written(document.spanOf(valueAt(path)));
  const key = (...path: KeyPath) => written(document.spanOf(keyAt(path)));
  expect(key("p", "/x")).toBe('"/x"');
  expect(key("p", "/x", "files")).toBe("files");
  expect(value("p", "/x", "files")).toBe('["/a", { file = "/b" }]');
  expect(value("p", "/x", "files", 0)).toBe('"/a"');
  expect(key("p", "/x", "files", 0)).toBe('"/a"');
  expect(value("p", "/x", "files", 1)).toBe('{ file = "/b" }');
  expect(key("p", "/x", "files", 1, "file")).toBe("file");
  // What is not there is where it could be.
  expect(value("p", "/x", "files", 1, "mode")).toBe('{ file = "/b" }');

  function written({ start, end }: { readonly start: number; readonly end: number }): string {
    return text.slice(start, end);
  }
});
