import { expect, test } from "bun:test";
import { columns } from "./columns.ts";
import { terminalPaint } from "./paint.ts";

test("columns are as wide as what stands in them, wide characters included", () => {
  const lines = columns([
    [{ text: "日本" }, { text: "7", align: "right" }, { text: "end" }],
    [{ text: "a" }, { text: "12", align: "right" }, { text: "" }],
  ]);
  expect(lines).toEqual(["日本   7  end", "a     12"]);
});

test("a column without text takes no room", () => {
  expect(columns([[{ text: "a" }, { text: "" }, { text: "b" }]])).toEqual(["a  b"]);
  expect(columns([])).toEqual([]);
});

test("padding has no colour", () => {
  const lines = columns([
    [{ text: "a", paint: terminalPaint.red }, { text: "b" }],
    [{ text: "ccc" }, { text: "d" }],
  ]);
  expect(lines[0]).toBe("\u001b[31ma\u001b[39m    b");
});
