import { expect, test } from "bun:test";
import { terminalPaint } from "../../src/cli/render/paint.ts";
import { terminalPicture } from "./svg.ts";
import { terminalLines } from "./terminal-text.ts";

const { bold, dim, red, green, yellow } = terminalPaint;

test("what is written to a terminal is taken apart by its looks", () => {
  expect(terminalLines(`a${bold(red("b"))}\r\n\r\nc\r\n`)).toEqual([
    [
      { text: "a", bold: false, dim: false, colour: "plain" },
      { text: "b", bold: true, dim: false, colour: "red" },
    ],
    [],
    [{ text: "c", bold: false, dim: false, colour: "plain" }],
  ]);
  const runs = terminalLines([dim("d"), green("g"), yellow("y")].join("")).flat();
  expect(runs.map(({ colour, dim: isDim }) => `${colour} ${isDim}`)).toEqual([
    "plain true",
    "green false",
    "yellow false",
  ]);
});

test("what is more than coloured lines makes no picture", () => {
  expect(() => terminalLines("\u001b[2Jx")).toThrow("unknown escape sequence");
});

test("a picture has each run of text at its column, and its words for those who cannot see it", () => {
  const svg = terminalPicture(terminalLines(`ab  ${green("<c>")}\n  d`), "imp & others");
  expect(svg).toContain("<title>imp &amp; others</title>");
  expect(svg).toMatch(/<text x="18.0" y="48" textLength="16.8" fill="#e6e9ef">ab<\/text>/);
  expect(svg).toMatch(/<text x="51.6" y="48" textLength="25.2" fill="#8fd694">&lt;c&gt;<\/text>/);
  expect(svg).toMatch(/<text x="34.8" y="68" textLength="8.4" fill="#e6e9ef">d<\/text>/);
});
