import { describe, expect, test } from "bun:test";
import { SourceText } from "./source-text.ts";

function placeOf(text: string, part: string) {
  const start = text.indexOf(part);
  return new SourceText(text, "imp.toml").place({ start, end: start + part.length });
}

describe("a place", () => {
  test("counts lines and columns from 1", () => {
    expect(placeOf("a\nbc = d\n", "d")).toEqual({ file: "imp.toml", line: 2, column: 6, length: 1 });
    expect(placeOf("abc", "abc")).toEqual({ file: "imp.toml", line: 1, column: 1, length: 3 });
  });

  test("counts characters, not bytes or UTF-16 units; a tab is one", () => {
    expect(placeOf('\t"ä😀" x', "x")).toEqual({ file: "imp.toml", line: 1, column: 7, length: 1 });
    expect(placeOf('😀\n😀 "😀😀"', '"😀😀"')).toEqual({ file: "imp.toml", line: 2, column: 3, length: 4 });
  });

  test("does not count the line break, LF or CRLF", () => {
    const source = new SourceText("ab\r\ncd\n", "imp.toml");
    expect(source.line(1)).toBe("ab");
    expect(source.line(2)).toBe("cd");
    expect(source.line(3)).toBe("");
    expect(source.place({ start: 1, end: 6 })).toEqual({ file: "imp.toml", line: 1, column: 2, length: 1 });
  });

  test("at the end of the file lies behind the last text, within the file", () => {
    expect(new SourceText("ab = [\n\n\n", "f").place({ start: 9, end: 9 })).toEqual({
      file: "f",
      line: 1,
      column: 7,
      length: 1,
    });
    expect(new SourceText("", "f").place({ start: 0, end: 0 })).toEqual({
      file: "f",
      line: 1,
      column: 1,
      length: 1,
    });
  });
});

test("a problem carries its file, the whole line and the help", () => {
  const source = new SourceText("a = 1\nb = 2\n", "imp.toml");
  expect(source.error({ start: 6, end: 7 }, "no b", "say c")).toEqual({
    severity: "error",
    message: "no b",
    place: { file: "imp.toml", line: 2, column: 1, length: 1 },
    excerpt: "b = 2",
    help: "say c",
  });
});

test("a place is named as FILE:LINE:COLUMN", () => {
  expect(new SourceText("a\n b", "/etc/imp.toml").name({ start: 3, end: 4 })).toBe("/etc/imp.toml:2:2");
});
