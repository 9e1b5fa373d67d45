import { expect, test } from "bun:test";
import fc from "fast-check";
import { jsonPieces } from "./json-pieces.ts";

const element = fc.oneof(
  fc.string(),
  fc.constant('"steps":[]'),
  fc.record({ kind: fc.string(), path: fc.string(), options: fc.array(fc.string()), place: fc.jsonValue() }),
);
const lists = fc
  .tuple(fc.array(element), fc.constantFrom(1, 40, 300))
  .map(([elements, times]) => Array.from({ length: times }, () => elements).flat());

test("pieces are the text that JSON.stringify makes of the whole", () => {
  const text = fc.oneof(fc.string(), fc.constant('"steps":[]'), fc.constant('\\"entries": []'));
  fc.assert(
    fc.property(lists, text, fc.constantFrom(0, 2), (list, command, indent) => {
      const journal = { command, steps: list, afterwards: [1] };
      const flat = [...jsonPieces({ ...journal, steps: [] }, ["steps"], list, indent)];
      expect(flat.join("")).toBe(JSON.stringify(journal, null, indent));

      const generation = { text: command, manifest: { entries: list } };
      const empty = { ...generation, manifest: { entries: [] } };
      const deep = [...jsonPieces(empty, ["manifest", "entries"], list, indent)];
      expect(deep.join("")).toBe(JSON.stringify(generation, null, indent));
    }),
    { numRuns: 200 },
  );
});
