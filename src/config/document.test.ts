import { describe, expect, test } from "bun:test";
import { isTable, type Node, parseDocument, TomlDate } from "./document.ts";
import { SourceText } from "./source-text.ts";

function plain({ value }: Node): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isTable(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, node]) => [key, plain(node)]));
}

function parse(text: string): unknown {
  const document = parseDocument(new SourceText(text, "imp.toml"));
  return Array.isArray(document) ? document.map(({ message }) => message) : plain(document);
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

test("everything knows its place", () => {
  const text = '[p."/x"]\nfiles = ["/a", { file = "/b" }]';
  const at = (span: { start: number; end: number } | null | undefined) =>
    span && text.slice(span.start, span.end);
  const child = (node: Node | undefined, key: string) => (isTable(node?.value) ? node.value[key] : undefined);
  const document = parseDocument(new SourceText(text, "imp.toml"));
  if (Array.isArray(document)) throw new Error("not read");
  const root = child(child(document, "p"), "/x");
  expect(at(root?.key)).toBe('"/x"');
  const files = child(root, "files");
  expect(at(files?.key)).toBe("files");
  expect(at(files?.at)).toBe('["/a", { file = "/b" }]');
  const [first, second] = Array.isArray(files?.value) ? files.value : [];
  expect(at(first?.at)).toBe('"/a"');
  expect(first?.key).toBeNull();
  expect(at(second?.at)).toBe('{ file = "/b" }');
});
