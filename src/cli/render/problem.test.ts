import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Problem } from "../../model/problem.ts";
import { renderProblem, renderProblems } from "./problem.ts";

const inTheWay: Problem = {
  severity: "error",
  message: "/etc/hostname is in the way: a regular file, and not the same as the source",
  place: { file: "imp.toml", line: 14, column: 5, length: 15 },
  excerpt: '    "/etc/hostname",',
  help: "move it away, or set `backup = true` to keep it as hostname.backup.…",
};

function show(problem: Problem): string {
  return renderProblem(problem, false).join("\n");
}

function excerptOf(excerpt: string, column: number, length: number): string[] {
  const place = { file: "f", line: 1, column, length };
  return renderProblem({ severity: "error", message: "m", place, excerpt }, false).slice(3);
}

describe("a problem", () => {
  test("shows what, where and the remedy", () => {
    expect(`\n${show(inTheWay)}\n`).toBe(`
error: /etc/hostname is in the way: a regular file, and not the same as the source
  --> imp.toml:14:5
   |
14 |     "/etc/hostname",
   |     ^^^^^^^^^^^^^^^
  help: move it away, or set \`backup = true\` to keep it as hostname.backup.…
`);
  });

  test("without an excerpt shows the place alone", () => {
    const { excerpt: _, ...withoutExcerpt } = inTheWay;
    expect(renderProblem(withoutExcerpt, false).slice(1, 2)).toEqual(["  --> imp.toml:14:5"]);
    expect(renderProblem(withoutExcerpt, false)).toHaveLength(3);
  });

  test("in a text that only a generation still has names no line of the file", () => {
    const place = { file: "/etc/imp.toml", line: 14, column: 5, length: 1, generation: 3 };
    expect(renderProblem({ severity: "error", message: "m", place }, false)[1]).toBe(
      "  --> /etc/imp.toml as recorded in generation 3, line 14, column 5",
    );
  });

  test("may be a message alone", () => {
    expect(show({ severity: "warning", message: "nothing to do" })).toBe("warning: nothing to do");
  });

  test("indents the further lines of its help", () => {
    expect(show({ severity: "error", message: "m", help: "first\nsecond" })).toBe(
      "error: m\n  help: first\n        second",
    );
  });

  test("keeps its columns for any line number", () => {
    const at = (line: number) =>
      renderProblem(
        { severity: "error", message: "m", place: { file: "f", line, column: 1, length: 1 }, excerpt: "x" },
        false,
      );
    expect(at(7).slice(2)).toEqual(["   |", " 7 | x", "   | ^"]);
    expect(at(1234).slice(2)).toEqual(["     |", "1234 | x", "     | ^"]);
  });
});

test("colour is for the severity, and only if asked for", () => {
  const start = "\u001b";
  expect(show(inTheWay)).not.toContain(start);
  const [error = ""] = renderProblem(inTheWay, true);
  const [warning = ""] = renderProblem({ severity: "warning", message: "m" }, true);
  expect(error).toMatch(new RegExp(`^${start}.*error:${start}.* /etc/hostname`));
  expect(warning).toContain(`${start}[33mwarning:`);
});

describe("the excerpt", () => {
  test("shows a tab as one space, and other control characters escaped", () => {
    expect(excerptOf('\t"a\u001bb" x', 2, 5)).toEqual([' 1 |  "a\\x1bb" x', "   |  ^^^^^^^^"]);
  });

  test("marks wide characters in all their width", () => {
    expect(excerptOf('"日本" = "ü"', 1, 4)).toEqual([' 1 | "日本" = "ü"', "   | ^^^^^^"]);
    expect(excerptOf('"日本" = "ü"', 8, 3)).toEqual([' 1 | "日本" = "ü"', "   |          ^^^"]);
  });

  test("marks at least one column, also behind the end of the line", () => {
    expect(excerptOf("ab", 3, 1)).toEqual([" 1 | ab", "   |   ^"]);
    expect(excerptOf("", 1, 1)).toEqual([" 1 |", "   | ^"]);
  });

  test("cuts a long line to a window around the place", () => {
    const line = `${"a".repeat(200)}HERE${"b".repeat(200)}`;
    const [text = "", carets = ""] = excerptOf(line, 201, 4);
    expect(text).toBe(` 1 | …${"a".repeat(30)}HERE${"b".repeat(66)}…`);
    expect(text.indexOf("HERE")).toBe(carets.indexOf("^^^^"));
    expect(excerptOf(line, 1, 3)[0]).toBe(` 1 | ${"a".repeat(100)}…`);
    expect(excerptOf(line, 404, 1)[0]).toEndWith("b".repeat(100));
    expect(excerptOf("x".repeat(300), 1, 300)[1]).toBe(`   | ${"^".repeat(100)}`);
  });
});

test("nothing that controls the terminal gets out of messages, files or help", () => {
  const nasty = "a\u001b[2J\nb\u009b";
  const lines = renderProblem(
    { severity: "error", message: nasty, place: { file: nasty, line: 1, column: 1, length: 1 }, help: nasty },
    false,
  );
  expect(lines[0]).toBe("error: a\\x1b[2J\\nb\\x9b");
  expect(lines[1]).toBe("  --> a\\x1b[2J\\nb\\x9b:1:1");
  expect(lines.slice(2)).toEqual(["  help: a\\x1b[2J", "        b\\x9b"]);
});

test("problems with excerpts stand apart, short ones together", () => {
  const short: Problem = { severity: "error", message: "m" };
  expect(renderProblems([short, short], false)).toEqual(["error: m", "error: m"]);
  expect(renderProblems([short, inTheWay, short], false).filter((line) => line === "")).toHaveLength(2);
});

test("any place in any line can be shown", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.nat(400),
      fc.nat(400),
      (excerpt, column, length) => {
        const lines = excerptOf(excerpt, column + 1, length);
        expect(lines).toHaveLength(2);
        expect(lines.join("")).not.toMatch(/\p{Cc}/u);
      },
    ),
  );
});
