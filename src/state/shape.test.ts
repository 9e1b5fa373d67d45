import { describe, expect, test } from "bun:test";
import {
  findMisfit,
  kinds,
  leaf,
  list,
  type Misfit,
  nullable,
  object,
  openObject,
  optional,
} from "./shape.ts";

interface Point {
  readonly name: string;
  readonly at: readonly number[];
  readonly note?: string | null;
}
type Drawing =
  | { readonly kind: "circle"; readonly radius: number }
  | { readonly kind: "line"; readonly ends: readonly Point[] };

const text = leaf<string>("a text", (value) => typeof value === "string");
const digit = leaf<number>("a digit", (value) => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].includes(value as number));
const point = object<Point>(
  { name: text, at: list(digit), note: optional(nullable(text)) },
  ({ name, at }) => (name.length < at.length ? "the name is too short" : null),
);
const drawing = kinds<Drawing>({ circle: { radius: digit }, line: { ends: list(point) } });

const value = (expected: string, found: unknown): Misfit["reason"] => ({ kind: "value", expected, found });

describe("a shape", () => {
  test("is that of every value whose parts have theirs", () => {
    for (const good of [
      { kind: "circle", radius: 3 },
      { kind: "line", ends: [] },
      {
        kind: "line",
        ends: [
          { name: "abc", at: [1, 2] },
          { name: "", at: [], note: null },
          { name: "x", at: [9], note: "y" },
        ],
      },
    ])
      expect(findMisfit(drawing, good)).toBeNull();
  });

  test("finds the first part that has another one, and why", () => {
    const ends = (...points: readonly object[]) => ({ kind: "line", ends: points });
    const cases: readonly (readonly [unknown, string, Misfit["reason"]])[] = [
      [5, "", value("an object", 5)],
      [null, "", value("an object", null)],
      [[], "", value("an object", [])],
      [{}, "kind", value("circle or line", undefined)],
      [{ kind: "square" }, "kind", value("circle or line", "square")],
      [{ kind: "constructor" }, "kind", value("circle or line", "constructor")],
      [{ kind: "circle" }, "radius", value("a digit", undefined)],
      [{ kind: "circle", radius: 1, more: 2 }, "more", { kind: "unknown-key" }],
      [{ kind: "line", ends: {} }, "ends", value("an array", {})],
      [ends({ name: "a", at: [1] }, { name: 3, at: [] }), "ends.1.name", value("a text", 3)],
      [ends({ name: "ab", at: [0, 10] }), "ends.0.at.1", value("a digit", 10)],
      [ends({ name: "a", at: [], note: 1 }), "ends.0.note", value("a text or null", 1)],
      [ends({ name: "a", at: [], note: undefined }), "ends.0.note", value("a text or null", undefined)],
      [
        ends({ name: "a", at: [1, 2] }),
        "ends.0",
        { kind: "contradiction", contradiction: "the name is too short" },
      ],
    ];
    for (const [given, place, reason] of cases) {
      const misfit = findMisfit(drawing, given);
      expect({ place: misfit?.keys.join("."), reason: misfit?.reason }).toEqual({ place, reason });
    }
  });

  test("does not take what an object inherits for a key of its own", () => {
    const given: unknown = JSON.parse('{"kind":"circle","radius":1,"__proto__":{}}');
    expect(findMisfit(drawing, given)).toEqual({ keys: ["__proto__"], reason: { kind: "unknown-key" } });
  });

  test("of an open object says nothing of what else there is", () => {
    expect(findMisfit(openObject<{ readonly a: string }>({ a: text }), { a: "", b: 1 })).toBeNull();
    expect(findMisfit(openObject<{ readonly a: string }>({ a: text }), { b: 1 })?.keys).toEqual(["a"]);
  });
});
