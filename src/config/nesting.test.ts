import { expect, test } from "bun:test";
import fc from "fast-check";
import { isBelow } from "../model/path.ts";
import { linked } from "./linked-entry.fixture.ts";
import { visitNested } from "./nesting.ts";

test("every entry is visited once, with all that lie above it, outermost first", () => {
  const name = fc.constantFrom("a", "b", "a-b", "a.b", "a b", "ä", "\u0001");
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join("/")}`);
  fc.assert(
    fc.property(fc.uniqueArray(path, { maxLength: 12 }), (targets) => {
      const found = new Map<string, string[]>();
      visitNested(targets.map(linked), ({ target }, enclosing) => {
        expect(found.has(target)).toBe(false);
        found.set(
          target,
          enclosing.map((entry) => entry.target),
        );
      });
      expect(found.size).toBe(targets.length);
      for (const [target, enclosing] of found) {
        const above = targets.filter((other) => isBelow(target, other));
        expect(enclosing).toEqual(above.sort((left, right) => left.length - right.length));
      }
    }),
  );
});
