import { expect, test } from "bun:test";
import { whyNoLabel } from "./label.ts";

test("a label is any text of one line and at most 100 characters", () => {
  for (const text of ["a", "before the upgrade", "Überall 🙂", "x".repeat(100), "🙂".repeat(100)]) {
    expect(whyNoLabel(text)).toBeNull();
  }
});

test("a label that is empty, long, or not what a terminal would show is refused", () => {
  expect(whyNoLabel("")).toBe("is empty");
  expect(whyNoLabel("  ")).toBe("is empty");
  expect(whyNoLabel("x".repeat(101))).toBe("has 101 characters, and may have 100 at most");
  for (const text of ["a\nb", "a\tb", "\u001b[2J", "\u202e", "a\u2028b", "\ud800"]) {
    expect(whyNoLabel(text)).toBe("must be one line, without control characters");
  }
});
