import { expect, test } from "bun:test";
import fc from "fast-check";
import { isMoment } from "./moment.ts";

const part = fc.nat({ max: 99 }).map((number) => String(number).padStart(2, "0"));
const near = fc
  .tuple(part, part, part, part, part, part, fc.constantFrom("", ".5", ".123", ".123456789", "."))
  .map(([year, month, day, hour, minute, second, rest]) => {
    return `20${year}-${month}-${day}T${hour}:${minute}:${second}${rest}Z`;
  });
const actual = fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true });

/** What the runtime makes of the first of a month, with so many days more, keeps the day only if that exists. */
function exists(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split("-").map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.toISOString().slice(0, 10) === text.slice(0, 10);
}

test("a moment is one that the runtime reads, and prints in the same digits", () => {
  fc.assert(
    fc.property(near, (text) => {
      const time = new Date(text);
      if (isMoment(text)) expect(time.toISOString().slice(0, 19)).toBe(text.slice(0, 19));
    }),
    { numRuns: 3_000 },
  );
});

test("every moment that the runtime writes is one", () => {
  fc.assert(
    fc.property(actual, (date) => expect(isMoment(date.toISOString())).toBe(true)),
    { numRuns: 3_000 },
  );
});

test("a day is one that the month of that year has", () => {
  for (const year of [1900, 2000, 2024, 2025, 2026, 2100, 2400]) {
    for (let month = 0; month <= 13; month += 1) {
      for (let day = 0; day <= 32; day += 1) {
        const text = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}T12:00:00.000Z`;
        expect([text, isMoment(text)]).toEqual([text, month >= 1 && month <= 12 && exists(text)]);
      }
    }
  }
});

test("what does not exist, or is not in this form, is no moment", () => {
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
    expect(isMoment(text)).toBe(false);
});
