import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { emptyIndex, type Index } from "../model/generation.ts";
import { join } from "../model/path.ts";
import { exampleIndex, fileText, inNewState, problemsOf } from "./example-state.fixture.ts";
import { readIndexFile, writeIndexFile } from "./index-file.ts";
import { indexFile } from "./state-file.ts";

describe("a mutated index", () => {
  /** Rewrites some bytes, or removes or repeats a stretch of them. */
  const mutation = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    length: fc.nat({ max: 40 }),
    bytes: fc.uint8Array({ maxLength: 8 }),
    kind: fc.constantFrom("replace", "remove", "repeat"),
  });

  function mutate(
    bytes: Uint8Array,
    change: typeof mutation extends fc.Arbitrary<infer T> ? T : never,
  ): Uint8Array {
    const from = Math.floor(change.at * bytes.length);
    const stretch = bytes.subarray(from, from + change.length);
    const middle =
      change.kind === "repeat" ? [...stretch, ...stretch] : change.kind === "remove" ? [] : change.bytes;
    const rest = bytes.subarray(from + (change.kind === "replace" ? change.bytes.length : change.length));
    return Uint8Array.from([...bytes.subarray(0, from), ...middle, ...rest]);
  }

  test("is either a good index or an error, and never anything else", () =>
    inNewState((directory) => {
      const bytes = new TextEncoder().encode(fileText("index", exampleIndex));
      const path = join(directory.path, indexFile.name);
      let refused = 0;
      fc.assert(
        fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (changes) => {
          const mutated = changes.reduce(mutate, bytes);
          writeFileSync(path, mutated);
          let read: Index = emptyIndex;
          const problems = problemsOf(() => {
            const content = readIndexFile(directory);
            if (content?.kind === "index") read = content.index;
          });
          if (problems.length > 0) {
            refused += 1;
            expect(readFileSync(path).equals(mutated)).toBe(true);
          } else {
            writeIndexFile(directory, read);
          }
        }),
        { numRuns: 1_000 },
      );
      expect(refused).toBeGreaterThan(500);
    }));
});
