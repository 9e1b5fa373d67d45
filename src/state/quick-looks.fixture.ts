import { expect } from "bun:test";
import fc from "fast-check";
import { type Form, fit } from "./form.ts";

/** What tests of quick looks make of good values: such as hardly differ from them, and such as differ much. */

type Fields = Readonly<Record<string, unknown>>;

const path = fc.constantFrom(
  ...["/", "", "/persist", "/persist/", "/srv/../a", "/persist/srv/a", "/persist//srv/a", "//srv/a", "srv/a"],
  ...[
    "/srv/\0",
    "/srv/\ud800",
    "/srv/\udcff",
    "/persist/srv/\udcff",
    "/./srv/a",
    "/srv/a/.",
    "/srv/…",
    "/srv/a",
  ],
  ...["/.config", "/srv/..a", "/srv/...", "/srv/.a/b", "/other/srv/a", "/srv/a\n", "/-", "/srv/a b/c:d@e+f"],
);
const number = fc.constantFrom(0, -0, 1, -1, 1.5, 0o7777, 0o10000, 2 ** 31, 2 ** 32 - 2, 2 ** 53, Number.NaN);
const access = fc
  .tuple(number, number, number, fc.constantFrom({}, {}, { other: 1 }))
  .map(([uid, gid, mode, more]) => ({ uid, gid, mode, ...more }));
const identity = fc
  .tuple(
    fc.constantFrom<unknown>("1", "", "-1", "1".repeat(20), "1".repeat(21), "1\n", 1),
    fc.constantFrom<unknown>(null, "1", "-1", "--1", "1".repeat(30), "1".repeat(31), "1\n", 1, undefined),
    fc.constantFrom({}, {}, { other: 1 }),
  )
  .map(([inode, birth, more]) => ({ inode, birth, ...more }));
const options = fc.constantFrom<unknown>(
  [],
  ["ro"],
  ["ro", "noexec"],
  ["RO"],
  ["ro", 1],
  [undefined],
  "ro",
  {},
);
const plain = fc.constantFrom<unknown>(
  undefined,
  null,
  true,
  false,
  "source",
  "target",
  "file",
  {},
  [],
  "\0",
);

/** Stands for a field that is not there. */
export const takenOut = Symbol("taken out");

/**
 * Checks that both forms make the same of everything near these good values: the value, or the place and the message.
 * @param kinds of objects, known to one of the forms or not
 */
export function expectAgreement<T>(
  quick: Form<T>,
  whole: Form<T>,
  good: readonly Fields[],
  kinds: readonly string[],
): void {
  const names = [...new Set(good.flatMap((value) => Object.keys(value)))];
  const change = fc.record({
    field: fc.constantFrom(...names, "__proto__", "other"),
    value: fc.oneof(
      { weight: 3, arbitrary: path },
      ...[number, access, identity, options, plain, fc.constantFrom(...kinds), fc.jsonValue()],
      fc.constant(takenOut),
    ),
  });
  let passed = 0;
  let refused = 0;
  fc.assert(
    fc.property(fc.constantFrom(...good), fc.array(change, { maxLength: 3 }), (from, changes) => {
      const value = changed(from, changes);
      const found = fit(quick, value);
      if (found.fits) passed += 1;
      else refused += 1;
      expect(found).toEqual(fit(whole, value));
    }),
    { numRuns: 10_000 },
  );
  expect(passed).toBeGreaterThan(1_000);
  expect(refused).toBeGreaterThan(1_000);
  for (const value of good) expect(fit(quick, value)).toEqual({ fits: true, value: value as never });
  for (const value of [undefined, null, 1, "text", [], [1, 2, 3, 4, 5, 6], Object.create(null)])
    expect(fit(quick, value)).toEqual(fit(whole, value));
}

/** A value with other fields. */
export function changed(from: Fields, changes: readonly { field: string; value: unknown }[]): Fields {
  const made: Record<string, unknown> = { ...from };
  for (const { field, value } of changes) {
    if (value === takenOut) delete made[field];
    else Object.defineProperty(made, field, { value, enumerable: true, configurable: true, writable: true });
  }
  return made;
}
