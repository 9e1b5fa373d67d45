import { expect, test } from "bun:test";
import { inUnits, progressText, waitingText } from "./progress.ts";
import { describedSteps } from "./samples.fixture.ts";

test("progress is told in a line, with counts that people can read", () => {
  expect(progressText({ kind: "copy", from: "/var/log", files: 12345, bytes: 1_234_567_890 })).toBe(
    "copying /var/log: 12,345 files, 1.2 GB",
  );
  expect(progressText({ kind: "copy", from: "/a\n", files: 1, bytes: 0 })).toBe(
    "copying /a\\n: 1 file, 0 bytes",
  );
  expect(progressText({ kind: "sync", to: "/keep", bytes: 4e7 })).toBe("writing /keep to the disk: 40.0 MB");
  expect(progressText({ kind: "undo" })).toBe("putting everything back");
  for (const [step, words] of describedSteps) {
    expect(progressText({ kind: "step", step, done: 11, total: 2000 })).toBe(`step 12 of 2000: ${words}`);
  }
});

test("another imp is named while one waits for it", () => {
  expect(waitingText("812 (imp apply)")).toBe("waiting for another imp: pid 812 (imp apply)");
  expect(waitingText(null)).toBe("waiting for another imp");
});

test.each([
  [999, "999 bytes"],
  [1_000, "1.0 kB"],
  [999_949, "999.9 kB"],
  [999_951, "1.0 MB"],
  [5e15, "5000.0 TB"],
])("%d bytes are told as %s", (bytes, words) => {
  expect(inUnits(bytes)).toBe(words);
});
