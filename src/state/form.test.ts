import { describe, expect, test } from "bun:test";
import * as v from "./form.ts";

const point = v.strictObject({
  name: v.pipe(v.string(), v.minLength(1)),
  at: v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(9))),
  note: v.exactOptional(v.nullable(v.string())),
});
const shape = v.variant([v.kind("circle", { radius: v.number() }), v.kind("line", { ends: v.array(point) })]);

describe("a form", () => {
  test("gives back the very value that fits", () => {
    const value = {
      kind: "line",
      ends: [
        { name: "a", at: [1, 2] },
        { name: "b", at: [], note: null },
      ],
    };
    expect(v.parse(shape, value)).toBe(value as ReturnType<typeof v.parse<never>>);
  });

  test("names the first place that does not fit, and why", () => {
    const cases: [unknown, string | null, string][] = [
      [5, null, "expected an object, not 5"],
      [{ kind: "square" }, "kind", 'expected circle or line, not "square"'],
      [{ kind: "circle" }, "radius", "expected a number, not nothing"],
      [{ kind: "circle", radius: 1, more: 2 }, "more", "nobody knows this key"],
      [{ kind: "line", ends: {} }, "ends", "expected an array, not an object"],
      [{ kind: "line", ends: [{ name: "", at: [] }] }, "ends.0.name", "it is too short"],
      [{ kind: "line", ends: [{ name: "a", at: [0, 10] }] }, "ends.0.at.1", "it is more than 9"],
      [{ kind: "line", ends: [{ name: "a", at: [0.5] }] }, "ends.0.at.0", "it is no whole number"],
      [{ kind: "line", ends: [{ name: "a", at: [], note: 1 }] }, "ends.0.note", "expected a text, not 1"],
    ];
    for (const [value, place, message] of cases) {
      expect(v.fit(shape, value)).toEqual({ fits: false, place, message });
    }
  });

  test("does not take what an object inherits for a key of its own", () => {
    expect(v.fit(shape, JSON.parse('{"kind":"circle","radius":1,"__proto__":{}}'))).toMatchObject({
      fits: false,
      place: "__proto__",
    });
    expect(v.fit(v.variant([v.kind("a", {})]), { kind: "constructor" }).fits).toBe(false);
  });

  test("changes what stands in it without changing the value that was given", () => {
    const loud = v.object({ words: v.array(v.transform(v.string(), (text) => text.toUpperCase())) });
    const value = { words: ["a", "B"], other: 1 };
    expect(v.parse(loud, value)).toEqual({ words: ["A", "B"], other: 1 } as never);
    expect(value.words).toEqual(["a", "B"]);
  });
});
