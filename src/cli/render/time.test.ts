import { expect, test } from "bun:test";
import { formatTime } from "./time.ts";

test("a moment is shown to the second, in UTC", () => {
  expect(formatTime("2025-11-05T12:00:00.999Z")).toBe("2025-11-05 12:00:00");
  expect(formatTime("2025-10-31T23:59:59Z")).toBe("2025-10-31 23:59:59");
  expect(formatTime("2025-11-05T12:00:00+02:00")).toBe("2025-11-05 10:00:00");
});

test("what is no moment is shown as it is", () => {
  expect(formatTime("some day")).toBe("some day");
});
