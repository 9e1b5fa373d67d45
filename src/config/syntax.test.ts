import { describe, expect, test } from "bun:test";
import type { Problem } from "../model/problem.ts";
import { SourceText } from "./source-text.ts";
import { parseSyntax } from "./syntax.ts";

function problemsOf(text: string): readonly Problem[] {
  const result = parseSyntax(new SourceText(text, "imp.toml"));
  return Array.isArray(result) ? result : [];
}

/** `LINE:COLUMN+LENGTH message` of every syntax error. */
function found(text: string): string[] {
  return problemsOf(text).map(
    ({ place, message }) =>
      `${place?.line}:${place?.column}+${place?.length} ${message.replace("not valid TOML: ", "")}`,
  );
}

describe("one syntax error", () => {
  test("points at the whole word that lacks quotes", () => {
    expect(found("backup = yes\n")).toEqual(["1:10+3 unexpected character"]);
    expect(problemsOf("backup = yes")[0]?.help).toContain("text needs quotes");
  });

  test("in a table name says that the name needs quotes", () => {
    expect(found("[persistence./mnt/persist]\n")).toEqual(["1:14+1 unexpected character"]);
    expect(problemsOf("[persistence./mnt/persist]")[0]?.help).toContain('[persistence."/mnt/persist"]');
  });

  test("about a mode without quotes says to quote it", () => {
    expect(found('files = [\n  { file = "/a", mode = 0750 },\n]')).toEqual([
      "2:25+4 a number cannot begin with 0",
    ]);
    expect(problemsOf("mode = 0750")[0]?.help).toContain('mode = "0750"');
  });

  test("about what a line lacks points at the end of that line", () => {
    expect(found('files = [\n  "/a"\n\n  # two\n  "/b",\n]\n')).toEqual([
      "2:7+1 a comma or the closing bracket is missing",
    ]);
    expect(found("backup\nfiles = []\n")).toEqual(["1:7+1 the line is not complete"]);
    expect(found("backup =\nfiles = []\n")).toEqual(["1:9+1 the line is not complete"]);
  });

  test("about an array that never closes has a place in the file", () => {
    expect(found('files = [\n  "/a",\n\n\n')).toEqual(["2:8+1 the array is not closed"]);
  });

  test("about an array that is still open where a key or a table begins points at its end", () => {
    expect(found('files = ["/a"\ndirectories = ["/b"]\n')).toEqual(["1:14+1 the array is not closed"]);
    expect(found('files = [\n  "/a",\n\n[persistence."/keep"]\n')).toEqual(["2:8+1 the array is not closed"]);
    expect(problemsOf('files = ["/a"\ndirectories = []')[0]?.help).toBe("end it with `]`");
  });

  test("about a key or a table given twice points at the second", () => {
    expect(found("backup = true\nbackup = false\n")).toEqual(["2:1+6 the key is given twice"]);
    expect(found("[a]\n[b]\n[a]\nx = 1\n")).toEqual(["3:2+1 the key is given twice"]);
  });

  test("counts columns in characters", () => {
    expect(found('"ä😀" = yes')).toEqual(["1:8+3 unexpected character"]);
  });
});

describe("further syntax errors", () => {
  test("on lines that stand alone are all reported", () => {
    expect(found('backup = yes\nstate_dir = /var\nx = "ok"\ny = nope\n')).toEqual([
      "1:10+3 unexpected character",
      "2:13+1 unexpected character",
      "4:5+4 unexpected character",
    ]);
    expect(found('files = [\n { file = "/a", mode = 0750 },\n { file = /b },\n]\n')).toHaveLength(2);
    expect(found("a = b\nc = 1\nc = 2\n")).toHaveLength(2);
  });

  test("that may follow from an array or text left open are not reported", () => {
    expect(found('files = [\n  "/a",\n\n[persistence."/b"]\ndirectories = ["/x"]\n')).toHaveLength(1);
    expect(found('files = [\n  "/a"\n\n[persistence."/b"]\ndirectories = [\n"/x"\n]\n')).toHaveLength(1);
    expect(found('files = [\n  { file = "/a" }\n\n[persistence."/b"]\ndirectories = ["/x"]\n')).toHaveLength(
      1,
    );
    expect(found('a = "x\nfiles = ["/a"]\n')).toHaveLength(1);
    expect(found('a = """x\nfiles = ["/a"]\nb = c\n')).toHaveLength(1);
    expect(found('files = = [\n  "/a",\n  "/b",\n]\n')).toHaveLength(1);
  });

  test("end after ten", () => {
    expect(found("a = b\n".repeat(50))).toHaveLength(10);
  });
});

test("a single fault anywhere is reported on a single line", () => {
  const valid = `# A comment
state_dir = "/persist/imp"
backup = false

[persistence."/mnt/persist/system"]
hideMounts = true
directories = [
    "/var/log",    # a comment
    { directory = "/var/lib/colord", user = "colord", mode = "u=rwx,g=rx,o=" },
    { directory = '/srv', options = ["ro", "nosuid"] },
]
files = [ "/etc/machine-id", { file = "/etc/a", parentDirectory = { mode = "0700" } } ]

[persistence."/mnt/persist/home"]
files = [
    "/home/user/.zsh_history",
]
`;
  expect(found(valid)).toEqual([]);
  const inserted = ["", '"', "'", "[", "]", "{", "}", ",", "=", "#", "x", "\n", "0", "\\", "."];
  for (let index = 0; index < valid.length; index += 1) {
    for (const text of inserted) {
      const faulty = valid.slice(0, index) + text + valid.slice(text === "" ? index + 1 : index);
      const problems = found(faulty);
      if (problems.length > 1) throw new Error(`${problems.join("\n")}\n${faulty}`);
    }
  }
});

test("brackets without end, or a text without end, are a problem and not a crash", () => {
  for (const text of [`a = ${"[".repeat(200_000)}`, `a = ${"[".repeat(200_000)}${"]".repeat(200_000)}`]) {
    expect(found(text).length).toBeGreaterThan(0);
  }
  const long = found(`b = 1\na = "${"x".repeat(4_000_000)}"`);
  expect(long).toEqual(["2:1+4000006 the file nests too deeply, or holds a text or number that is too long"]);
});

test("a huge text is read once, and only its first error told", () => {
  const line = "a = 1\n";
  expect(found(line.repeat(3))).toHaveLength(2);
  expect(found(line.repeat(50_000))).toHaveLength(1);
});

test("every kind of syntax error has words for a person", () => {
  const faulty = [
    "a = [1 2]",
    "a 1",
    "a = 1 2",
    "a =",
    'a = "x',
    "a = [",
    "a = { b = 1",
    "[a",
    "[]",
    "a = 01",
    'a = "\\q"',
    'a = "\u0001"',
    "# \u0001",
    'a = "\\uD800"',
    ".a = 1",
    "a. = 1",
    "a..b = 1",
    "]",
    "a = 2025-13-01",
    "a = 1__0",
  ];
  for (const text of faulty) {
    const [problem] = problemsOf(text);
    expect(problem?.message).toMatch(/^not valid TOML: [a-z`=].*[^.]$/);
    expect(problem?.help).not.toBe("");
    expect(problem?.message).not.toMatch(/token|code point/);
  }
});
