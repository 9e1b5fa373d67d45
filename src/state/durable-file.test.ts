import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { join } from "../model/path.ts";
import { elementPieces, replaceFile } from "./durable-file.ts";
import { inNewState } from "./example-state.fixture.ts";

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

test("a file holds what its pieces say, however they lie on the place that they are encoded in", () =>
  inNewState((directory) => {
    const piece = fc
      .tuple(
        fc.constantFrom("a", "é", "…", "\u{1F600}", ""),
        fc.constantFrom(0, 1, 3, 21_845, 32_767, 65_536, 70_000),
      )
      .map(([character, times]) => character.repeat(times));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
        replaceFile(directory, "pieces", pieces);
        expect(readFileSync(join(directory.path, "pieces"), "utf8") === pieces.join("")).toBe(true);
      }),
      { numRuns: 60 },
    );
  }));
