import { expect, test } from "bun:test";
import { Failure, type Problem } from "../model/problem.ts";
import { decodeConfig } from "./decode.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function refusal(bytes: Uint8Array): readonly Problem[] {
  try {
    decodeConfig(bytes, "imp.toml");
  } catch (error) {
    if (error instanceof Failure && error.exitCode === 2) return error.problems;
    throw error;
  }
  throw new Error("accepted");
}

const lines = (problems: readonly Problem[]) => problems.map(({ place }) => [place?.line, place?.column]);

test("UTF-8 text is taken as it is, without a byte order mark", () => {
  expect(decodeConfig(encode("# ä😀\n"), "f")).toBe("# ä😀\n");
  expect(decodeConfig(encode("\ufeffa = 1"), "f")).toBe("a = 1");
  expect(decodeConfig(encode("# \ufffd is a character like others"), "f")).toContain("\ufffd");
});

test("every line with bytes that are not UTF-8 is named, with the column", () => {
  const bytes = Buffer.concat([
    encode("a\n# \ufffd ä"),
    Buffer.from([0xff, 0x0a]),
    encode("b\n"),
    Buffer.from([0xc3]),
  ]);
  const problems = refusal(bytes);
  expect(lines(problems)).toEqual([
    [2, 6],
    [4, 1],
  ]);
  expect(problems[0]?.message).toContain("UTF-8");
  expect(problems[0]?.excerpt).toBe("# \ufffd ä\ufffd");
});

test("every line with a NUL byte is named", () => {
  const problems = refusal(encode("a = 1\nb\0 = \0\n\n\0"));
  expect(lines(problems)).toEqual([
    [2, 2],
    [4, 1],
  ]);
  expect(problems[0]?.message).toContain("NUL");
});

test("a file of another kind does not fill the screen", () => {
  expect(refusal(encode("\0\n".repeat(1000))).length).toBeLessThanOrEqual(20);
  expect(
    refusal(new Uint8Array(100_000).map((_, index) => (index % 2 ? 10 : 0xff))).length,
  ).toBeLessThanOrEqual(20);
});

test("more than 16 MiB are refused", () => {
  const problems = refusal(new Uint8Array(16 * 1024 * 1024 + 1).fill(0x20));
  expect(problems[0]?.message).toContain("16 MiB");
  expect(lines(problems)).toEqual([[1, 1]]);
});
