import { expect, test } from "bun:test";
import fc from "fast-check";
import { isUsualMoment } from "./moment.ts";

const part = fc.nat({ max: 99 }).map((number) => String(number).padStart(2, "0"));
const moment = fc
  .tuple(part, part, part, part, part, part, fc.constantFrom("", ".5", ".123", ".123456789", "."))
  .map(([year, month, day, hour, minute, second, rest]) => {
    return `20${year}-${month}-${day}T${hour}:${minute}:${second}${rest}Z`;
  });
const actual = fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true });

test("a usual moment is one that the runtime reads, and prints in the same digits", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        moment,
        actual.map((date) => date.toISOString()),
      ),
      (text) => {
        if (!isUsualMoment(text)) return;
        expect(new Date(text).toISOString().slice(0, 19)).toBe(text.slice(0, 19));
      },
    ),
    { numRuns: 3_000 },
  );
});

test("most moments are usual", () => {
  const months = Array.from(
    { length: 12 },
    (_, month) => new Date(Date.UTC(2026, month, 28, 23, 59, 59, 999)),
  );
  for (const date of months) expect(isUsualMoment(date.toISOString())).toBe(true);
});

test("what does not exist, or is not in this form, is not usual", () => {
  for (const text of [
    "2026-02-30T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:60Z",
    "2026-01-01T00:00:00",
    "2026-01-01T00:00:00+01:00",
    "2026-01-01 00:00:00Z",
    "2026-01-01T00:00:00Z\n",
  ])
    expect(isUsualMoment(text)).toBe(false);
});
