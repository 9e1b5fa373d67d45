import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodePath, encodePath } from "./path-encoding.ts";

test("every byte sequence survives the way through a string", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(encodePath(decodePath(bytes))).toEqual(bytes);
    }),
    { numRuns: 2_000 },
  );
});

test("a name that begins with a byte order mark keeps it, beside bytes that are no UTF-8 too", () => {
  const mark = [0xef, 0xbb, 0xbf];
  for (const bytes of [
    [...mark, 0x61],
    [...mark, 0xff],
    [0xff, ...mark],
  ]) {
    expect(encodePath(decodePath(Uint8Array.from(bytes)))).toEqual(Uint8Array.from(bytes));
  }
});
