import { expect, test } from "bun:test";
import fc from "fast-check";
import { elementPieces } from "./durable-file.ts";

const element = fc.oneof(
  fc.string(),
  fc.constant('"steps":[]'),
  fc.record({ kind: fc.string(), path: fc.string(), options: fc.array(fc.string()), place: fc.jsonValue() }),
);
const lists = fc
  .tuple(fc.array(element), fc.constantFrom(1, 40, 300))
  .map(([elements, times]) => Array.from({ length: times }, () => elements).flat());

test("pieces are the text that JSON.stringify makes of the whole", () => {
  fc.assert(
    fc.property(lists, (list) => {
      const flat = [...elementPieces(list, "")].join("");
      expect(`[${flat}]`).toBe(JSON.stringify(list));

      const lines = [...elementPieces(list, "\n")].join("");
      expect(JSON.parse(`[${lines}]`)).toEqual(JSON.parse(JSON.stringify(list)));
      expect(lines.split("\n").length).toBe(list.length + 1);
    }),
    { numRuns: 200 },
  );
});

test("thousands of elements come in many pieces", () => {
  for (const length of [0, 1, 99, 100, 101, 200, 7_500]) {
    const list = Array.from({ length }, (_, index) => ({ index }));
    const pieces = [...elementPieces(list, "")];
    expect(`[${pieces.join("")}]`).toBe(JSON.stringify(list));
    expect(pieces.length).toBe(Math.floor(length / 100) + 1);
  }
});
