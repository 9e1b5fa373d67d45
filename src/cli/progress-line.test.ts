import { expect, test } from "bun:test";
import { progressLine } from "./progress-line.ts";

/** A line whose clock the test sets, and all that was written. */
function sample(isWanted = true) {
  const written: string[] = [];
  const clock = { now: 0 };
  const line = progressLine({
    isWanted: () => isWanted,
    write: (text) => written.push(text),
    elapsed: () => clock.now,
  });
  const say = (now: number, text: string, atOnce = false) => {
    clock.now = now;
    line.show(() => text, atOnce);
  };
  return { line, say, written };
}

test("what takes less than half a second has no progress line", () => {
  const { line, say, written } = sample();
  say(0, "a");
  say(499, "b");
  line.erase();
  expect(written).toEqual([]);
});

test("a progress line changes ten times a second at most, and is taken away", () => {
  const { line, say, written } = sample();
  for (let now = 0; now <= 700; now += 10) say(now, String(now));
  line.erase();
  line.erase();
  const shown = (text: string) => `\r\u001b[K\u001b[?7l${text}\u001b[?7h`;
  expect(written).toEqual([shown("500"), shown("600"), shown("700"), "\r\u001b[K"]);
});

test("what is going to be silent for long is said at once", () => {
  const { say, written } = sample();
  say(20, "a", true);
  expect(written).toHaveLength(1);
});

test("where nobody wants it, nothing is written", () => {
  const { line, say, written } = sample(false);
  say(900, "a");
  say(901, "a", true);
  line.erase();
  expect(written).toEqual([]);
});
