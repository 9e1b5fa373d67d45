import { describe, expect, test } from "bun:test";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { allOptions, isGiven, splitWords } from "./words.ts";

function written(...words: string[]): string[] {
  return splitWords(words).options.map(({ name, value }) =>
    value === undefined ? name : `${name}=${value}`,
  );
}

describe("splitWords", () => {
  test("tells options from operands, wherever they stand", () => {
    const words = splitWords(["--json", "switch", "-q", "2", "--dry-run"]);
    expect(words.positionals).toEqual(["switch", "2"]);
    expect(words.options.map(({ name }) => name)).toEqual(["json", "quiet", "dry-run"]);
    expect(isGiven(words, "quiet")).toBe(true);
    expect(isGiven(words, "force")).toBe(false);
  });

  test("takes a value from the next word, from behind =, and from behind the letter", () => {
    expect(written("--config", "a.toml")).toEqual(["config=a.toml"]);
    expect(written("--config=a=b")).toEqual(["config=a=b"]);
    expect(written("-c", "a.toml")).toEqual(["config=a.toml"]);
    expect(written("-ca.toml")).toEqual(["config=a.toml"]);
  });

  test("splits several letters behind one dash, the last of which may take a value", () => {
    expect(written("-qvc", "a.toml")).toEqual(["quiet", "verbose", "config=a.toml"]);
    expect(written("-qca")).toEqual(["quiet", "config=a"]);
  });

  test("keeps unknown options, with the name as typed", () => {
    const { options } = splitWords(["--bogus=1", "-z"]);
    expect(options).toEqual([
      { name: "bogus", written: "--bogus", value: "1", inline: true },
      { name: "z", written: "-z", value: undefined, inline: false },
    ]);
  });

  test("takes everything after -- as an operand, and a single dash too", () => {
    expect(splitWords(["-", "--", "--json", "-q"])).toEqual({
      options: [],
      positionals: ["-", "--json", "-q"],
    });
  });

  test("splits as the runtime's own parseArgs does", () => {
    const options = Object.fromEntries(
      allOptions().map(({ long, short, value }) => {
        const type = value === undefined ? ("boolean" as const) : ("string" as const);
        return [long, short === undefined ? { type } : { type, short }];
      }),
    );
    const word = fc.oneof(
      fc.constantFrom(
        "apply",
        "-c",
        "-cx",
        "-qv",
        "-qcv",
        "-zq",
        "--",
        "-",
        "--json",
        "--wait",
        "--wait=",
        "--no-color",
      ),
      fc.constantFrom(
        "--config=a=b",
        "--state-dir",
        "--bogus",
        "--bogus=x",
        "-5",
        "3",
        "",
        "--json=true",
        "-Vh",
        "--=",
      ),
      fc
        .string({ unit: fc.constantFrom("-", "=", "c", "q", "z", "é", " "), maxLength: 5 })
        // Not even parseArgs agrees with itself on an option without a name.
        .filter((text) => !text.startsWith("--=")),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const { tokens } = parseArgs({
          args: words,
          options,
          strict: false,
          allowPositionals: true,
          tokens: true,
        });
        const expected = tokens.flatMap((token) =>
          token.kind === "option" ? [[token.name, token.value]] : [],
        );
        const operands = tokens.flatMap((token) => (token.kind === "positional" ? [token.value] : []));
        const split = splitWords(words);
        expect(split.options.map(({ name, value }) => [name, value])).toEqual(expected);
        expect(split.positionals).toEqual(operands);
      }),
      { numRuns: 2000 },
    );
  });
});
