import { expect, test } from "bun:test";
import fc from "fast-check";
import { fit } from "./form.ts";
import { changed, takenOut } from "./quick-looks.fixture.ts";
import { anySummarySchema, summarySchema } from "./schema.ts";

const good = {
  number: 3,
  createdAt: "2026-01-02T03:04:05.678Z",
  configPath: "/etc/imp/imp.toml",
  entries: 2,
};

const field = fc.constantFrom("number", "createdAt", "configPath", "label", "entries", "__proto__", "other");
const content = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    0,
    1,
    -1,
    1.5,
    -0,
    2 ** 53,
    Number.NaN,
    "",
    "3",
    "\0",
    "\udcff",
    "\ud800",
  ),
  fc.constantFrom<unknown>(
    "2026-02-30T00:00:00Z",
    "2026-01-31T00:00:00Z",
    "2026-01-01T00:00:00Z",
    "imp.toml",
    [],
    {},
  ),
  fc.jsonValue(),
);
const change = fc.oneof(
  fc.record({ field, value: content }),
  fc.record({ field, value: fc.constant(takenOut) }),
);

test("the quick look at a summary passes nothing that the full form refuses, and the other way round", () => {
  let passed = 0;
  fc.assert(
    fc.property(fc.array(change, { maxLength: 3 }), (changes) => {
      const summary = changed(good, changes);
      const quick = fit(summarySchema, summary);
      if (quick.fits) passed += 1;
      expect(quick).toEqual(fit(anySummarySchema, summary));
    }),
    { numRuns: 5_000 },
  );
  expect(passed).toBeGreaterThan(500);
});

test("only an object is a summary", () => {
  for (const value of [undefined, null, 1, "text", [], [1, 2, 3, 4], { ...good, label: " " }])
    expect(fit(summarySchema, value).fits).toBe(false);
});
