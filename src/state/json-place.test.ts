import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { findJsonStop } from "./json-place.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("the place where JSON ends", () => {
  test("is none in any JSON", () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 2), (text, indent) => {
        expect(findJsonStop(JSON.stringify(JSON.parse(text), null, indent))).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  test("is found in a text exactly if the runtime does not take it for JSON", () => {
    const pieces = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"\\u00e9"',
      '"\\x"',
      "1",
      "-0.5e+3",
      "01",
    );
    const others = fc.constantFrom(
      " ",
      "\n",
      "true",
      "nul",
      "null",
      '"',
      "\u0000",
      '"\t"',
      ".",
      "é",
      '"\u007f"',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, others), { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        expect(findJsonStop(text) === null).toBe(isJson(text));
      }),
      { numRuns: 5_000 },
    );
  });

  test("is the first character that does not fit", () => {
    expect(findJsonStop('{"a": 1,}')).toEqual({ offset: 8, expected: "name" });
    expect(findJsonStop('{"a" 1}')).toEqual({ offset: 5, expected: ":" });
    expect(findJsonStop("[1 2]")).toEqual({ offset: 3, expected: ", or ]" });
    expect(findJsonStop("[1}")).toEqual({ offset: 2, expected: ", or ]" });
    expect(findJsonStop("{} {}")).toEqual({ offset: 3, expected: "nothing more" });
    expect(findJsonStop('{"a": "b')).toEqual({ offset: 8, expected: "the rest" });
    expect(findJsonStop('{"a\\u00')).toEqual({ offset: 7, expected: "the rest" });
    expect(findJsonStop("[tru")).toEqual({ offset: 4, expected: "the rest" });
    expect(findJsonStop('{"a": [1,\n')).toEqual({ offset: 10, expected: "value" });
  });

  test("is where brackets nest more deeply than in anything that imp writes", () => {
    expect(findJsonStop("[".repeat(1_000_000))).toEqual({ offset: 1000, expected: "less nesting" });
    expect(findJsonStop('{"a": '.repeat(1_001))).toEqual({ offset: 6000, expected: "less nesting" });
    expect(findJsonStop(`${"[".repeat(1000)}${"]".repeat(1000)}`)).toBeNull();
  });
});
