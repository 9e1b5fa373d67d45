import { expect, test } from "bun:test";
import fc from "fast-check";
import { isBelow } from "../model/path.ts";
import { linked } from "./linked-entry.fixture.ts";
import { Targets } from "./targets.ts";

test("targets are apart if none lies below another, and distinct if none is there twice", () => {
  const name = fc.constantFrom("a", "b", "a-b", "ä");
  const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => `/${names.join("/")}`);
  const found = { apart: 0, nested: 0 };
  fc.assert(
    fc.property(fc.array(path, { maxLength: 5 }), (paths) => {
      const targets = new Targets(paths.map(linked));
      const isNested = paths.some((one) => paths.some((other) => isBelow(one, other)));
      expect(targets.areApart).toBe(!isNested);
      expect(targets.areDistinct).toBe(new Set(paths).size === paths.length);
      found[isNested ? "nested" : "apart"] += 1;
    }),
    { numRuns: 2_000 },
  );
  expect(Math.min(found.apart, found.nested)).toBeGreaterThan(200);
});

test("of very deep targets it is not told that they are apart, which would take too long", () => {
  const deep = (name: string) => linked(`/${`${name}/`.repeat(2_000)}end`);
  const entries = Array.from({ length: 4_000 }, (_, index) => deep(index.toString(36)));
  const started = performance.now();
  expect(new Targets(entries).areApart).toBe(false);
  expect(performance.now() - started).toBeLessThan(5_000);
});
