import { expect, test } from "bun:test";
import fc from "fast-check";
import { fit } from "./form.ts";
import { anyEntrySchema, entrySchema, manifestSchema } from "./manifest-schema.ts";
import { changed, takenOut } from "./quick-looks.fixture.ts";

const base = {
  root: "/persist",
  target: "/srv/a",
  source: "/persist/srv/a",
  backup: false,
  createParents: true,
  createSources: false,
};
const oldPlace = { line: 3, column: 5, length: 8 };
const mounted = { options: [], hidden: false };
const good: readonly Record<string, unknown>[] = [
  { kind: "directory", ...base, ...mounted },
  { kind: "bound-file", ...base, ...mounted, options: ["ro", "noexec"] },
  { kind: "linked-file", ...base },
  { kind: "linked-file", ...base, place: oldPlace },
  { kind: "linked-file", ...base, adoptReplaced: true, mode: "0644", user: { name: "root", id: 0 } },
  { kind: "directory", ...base, ...mounted, root: "/", source: "/srv/a", parentDirectory: { mode: "u+x" } },
];

const field = fc.constantFrom(
  ...["kind", "root", "target", "source", "backup", "createParents", "createSources", "place", "options"],
  ...["hidden", "adoptReplaced", "user", "group", "mode", "parentDirectory", "__proto__", "other"],
);
const path = fc.constantFrom(
  ...["/", "", "/persist", "/persist/", "/srv/../a", "/persist/srv/a", "/persist//srv/a", "//srv/a", "srv/a"],
  ...["/srv/\0", "/srv/\ud800", "/srv/\udcff", "/persist/srv/\udcff", "/./srv/a", "/srv/a/.", "/srv/…"],
);
const number = fc.constantFrom(0, -0, 1, -1, 1.5, 2 ** 31, 2 ** 53, Number.NaN);
const place = fc
  .tuple(number, number, number, fc.constantFrom({}, { other: 1 }))
  .map(([line, column, length, more]) => ({ line, column, length, ...more }));
const principal = fc.constantFrom<unknown>(
  ...[{ name: "root", id: 0 }, { name: "", id: 0 }, { name: "a", id: -1 }, { name: "a", id: 2 ** 32 }, {}],
);
const content = fc.oneof(
  path,
  place,
  principal,
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    false,
    0,
    [],
    {},
    ["ro"],
    ["ro", 1],
    ["RO"],
    "0755",
    "u+x",
    "9",
  ),
  fc.constantFrom<unknown>("directory", "bound-file", "linked-file", { mode: "0700" }, { user: 1 }),
  fc.jsonValue(),
);
const change = fc.record({
  field,
  value: fc.oneof({ weight: 3, arbitrary: content }, fc.constant(takenOut)),
});

test("the quick look at an entry passes nothing that the full form refuses, and the other way round", () => {
  let passed = 0;
  fc.assert(
    fc.property(fc.constantFrom(...good), fc.array(change, { maxLength: 3 }), (from, changes) => {
      const entry = changed(from, changes);
      const quick = fit(entrySchema, entry);
      if (quick.fits) passed += 1;
      expect(quick).toEqual(fit(anyEntrySchema, entry));
    }),
    { numRuns: 10_000 },
  );
  expect(passed).toBeGreaterThan(1_000);
});

test("entries as imp writes them fit, and only objects are entries", () => {
  for (const entry of good) expect(fit(entrySchema, entry)).toEqual({ fits: true, value: entry as never });
  for (const value of [undefined, null, 1, "text", [], [1, 2, 3, 4, 5, 6, 7, 8]])
    expect(fit(entrySchema, value)).toEqual(fit(anyEntrySchema, value));
});

test("a target comes once", () => {
  expect(fit(manifestSchema, { entries: [good[0], good[2]] })).toEqual({
    fits: false,
    place: "entries",
    message: "a target twice",
  });
});
