import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { configuredState } from "../cli/configured-state.ts";
import { Failure } from "../model/problem.ts";
import { stateInHead } from "./head.ts";

/** What the parser makes of the text: the state directory, or the failure. */
function parsed(text: string): { readonly directory: string | null } | Failure {
  try {
    return { directory: configuredState({ path: "imp.toml", bytes: new TextEncoder().encode(text) }) };
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

describe("the head of a configuration", () => {
  test("tells the state directory where it is written plainly", () => {
    for (const [text, directory] of [
      ["", null],
      ["# state_dir = '/no'\n\nbackup = true", null],
      ['state_dir = "/persist/imp"', "/persist/imp"],
      ['state_dir="/persist/imp/"# here', "/persist/imp"],
      ["\tstate_dir\t= '/persist/\\imp' \t# here\r\n[persistence]\r\n", "/persist/\\imp"],
      ['#:schema ./x.json\r\n\r\nbackup = false\r\nstate_dir = "/ä#b/c d"\n  [a', "/ä#b/c d"],
      ['state_dir = "/a"\n[[state_dir', "/a"],
      ['[persistence."/p"]\nstate_dir = "/a"', null],
    ] as const)
      expect([text, stateInHead(text)]).toEqual([text, { directory }]);
  });

  test("says nothing of what takes a parser to tell", () => {
    for (const text of [
      'state_dir = "/a\\u0062"',
      '"state_dir" = "/a"',
      'state_dir.x = "/a"',
      'x = { state_dir = "/a" }',
      'state_dir = """/a"""',
      "state_dir = '''/a'''",
      'state_dir = "/a" "b"',
      'state_dir = "/a',
      "state_dir = true",
      'state_dir = ""',
      'state_dir = "/"',
      'state_dir = "a/b"',
      'state_dir = "/a/../b"',
      'state_dir = "/a"\nstate_dir = "/b"',
      'backup = true\nbackup = false\nstate_dir = "/a"',
      'state_dir = "/a"\nconstructor = true',
      'x = [\n["a"]\n]\nstate_dir = "/a"',
      'x = """\n[a]\n"""\nstate_dir = "/a"',
      'state_dir = "/a"\r',
      'state_dir = "/a"\r\r\n',
      'state_dir = "/a" # \u0007',
      'state_dir = "/\0a"',
      '\ufeffstate_dir = "/a"',
      'state_dir = "/a"\nwhat is this',
    ])
      expect([text, stateInHead(text)]).toEqual([text, null]);
  });
});

describe("the head of any configuration", () => {
  const piece = fc.constantFrom(
    ..."state_dir|=|\"|'|\"\"\"|'''|/|/a|/persist/imp|..|[|]|[[|]]|{|}|,|.|#|\\|\\u0073|\n|\r\n|\r|\t| |\ufeff|\u0085".split(
      "|",
    ),
    ..."\u2028|\0|\u0007|\u007f|\u{1f600}|ä|true|false|1|backup|constructor|__proto__|persistence|- |_|inf|1979-05-27".split(
      "|",
    ),
  );
  const key = fc.constantFrom(
    "state_dir",
    "backup",
    "create_parents",
    "a-b",
    "_x",
    "constructor",
    "state_dir.x",
    "1",
  );
  const text = fc.constantFrom(
    "/a",
    "/persist/imp/",
    "/ä b#",
    "/",
    "",
    "a",
    "/a/./b",
    "/a\\tb",
    "/it's",
    `/${"n".repeat(256)}`,
  );
  const value = fc.oneof(
    { arbitrary: text.map((content) => `"${content}"`), weight: 3 },
    text.map((content) => `'${content}'`),
    fc.constantFrom("true", "false", "1", "[]", '["""\n[x]\n"""]', "{ a = 1 }"),
  );
  const line = fc.oneof(
    { arbitrary: fc.tuple(key, value).map(([name, content]) => `${name} = ${content}`), weight: 4 },
    fc.constantFrom("", "  ", "# state_dir = '/no'", "#\ttab", "\t# ä\u{1f600}"),
    fc.string({ unit: "grapheme", maxLength: 8 }).map((content) => `# ${content}`),
    fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join("")),
  );
  const head = fc
    .tuple(
      fc.array(fc.tuple(line, fc.constantFrom("\n", "\n", "\n", "\r\n")), { maxLength: 5 }),
      fc.option(piece),
      fc.nat(),
    )
    .map(([lines, extra, at]) => {
      const plain = lines.flat().join("");
      const place = at % (plain.length + 1);
      return plain.slice(0, place) + (extra ?? "") + plain.slice(place);
    });
  const tail = fc.constantFrom(
    "",
    '[persistence."/p"]\n',
    "  [[x]]\nstate_dir = '/no'\n",
    "[a] # b\r\nb = '''\nstate_dir = 1'''",
  );

  /** What stands before the first line that begins with a bracket. */
  const untilTable = (whole: string) => /^(?:(?![ \t]*\[)[^\n]*(?:\n|$))*/.exec(whole)?.[0] ?? "";

  test("is read as the parser reads it, or not at all", () => {
    let told = 0;
    let wrongBehind = 0;
    fc.assert(
      fc.property(head, tail, fc.array(piece, { maxLength: 3 }), (before, after, more) => {
        const whole = before + after + more.join("");
        const answer = stateInHead(whole);
        if (answer === null) return;
        told += 1;
        expect(parsed(untilTable(whole))).toEqual(answer);
        const all = parsed(whole);
        if (all instanceof Failure) wrongBehind += 1;
        else expect(all).toEqual(answer);
      }),
      { numRuns: 20_000 },
    );
    expect(told).toBeGreaterThan(1_000);
    expect(told - wrongBehind).toBeGreaterThan(300);
  });
});
