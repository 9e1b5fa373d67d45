import { describe, expect, test } from "bun:test";
import { Failure } from "../model/problem.ts";
import { refusals } from "./reading.fixture.ts";
import { whyStateIsHidden } from "./rules.ts";
import { readStateDirectory } from "./state-directory.ts";

function hides(stateDirectory: string): string[] {
  const targets = ["/var", "/var/lib", "/etc/a"];
  return targets.filter((target) => whyStateIsHidden(target, stateDirectory) !== null);
}

test("a target that is the state directory, or lies above it, hides it", () => {
  expect(hides("/var/lib/imp")).toEqual(["/var", "/var/lib"]);
  expect(hides("/var/lib")).toEqual(["/var", "/var/lib"]);
  expect(hides("/etc/a")).toEqual(["/etc/a"]);
  expect(whyStateIsHidden("/var", "/var/imp")).toEqual({
    message: "the target /var contains the state directory /var/imp",
    help: expect.stringContaining("state_dir"),
  });
});

test("the state directory may lie elsewhere, also above targets and in a root", () => {
  for (const directory of ["/persist/imp", "/", "/etc", "/variable", "/p/imp"])
    expect(hides(directory)).toEqual([]);
});

test("the configuration's own state_dir is checked when it is read", () => {
  expect(refusals(`state_dir = "/var/imp"\n[persistence."/p"]\ndirectories = ["/var"]`)).toEqual([
    "3:16+6 the target /var contains the state directory /var/imp",
  ]);
});

/** The state directory that a configuration names, or the messages of the refusal. */
async function named(text: string | Uint8Array): Promise<string | null | string[]> {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  try {
    return await readStateDirectory(bytes, "imp.toml");
  } catch (error) {
    if (error instanceof Failure && error.exitCode === 2) return error.problems.map(({ message }) => message);
    throw error;
  }
}

describe("the state directory of a configuration", () => {
  test("is found in whatever way it is written", async () => {
    for (const [text, directory] of [
      ["", null],
      ["# state_dir = '/no'\n\nbackup = true", null],
      ['state_dir = "/persist/imp"', "/persist/imp"],
      ['state_dir="/persist/imp/"# here', "/persist/imp"],
      ["\tstate_dir\t= '/persist/\\imp' \t# here\r\n[persistence]\r\n", "/persist/\\imp"],
      ['\ufeffstate_dir = "/ä#b/c d"\n  [a', "/ä#b/c d"],
      ['state_dir = "/a\\u0062"', "/ab"],
      ['"state\\u005fdir" = """/a"""', "/a"],
      ["x = [\n['a']\n]\nstate_dir = '''/a'''", "/a"],
      ['x = """\n[a]\n"""\nstate_dir = "/a"', "/a"],
      ['x = 9007199254740993\nstate_dir = "/a"', "/a"],
      ['[persistence."/p"]\nstate_dir = "/a"', null],
      ['x = { state_dir = "/a" }', null],
      ['# \u2028[\nstate_dir = "/a"', "/a"],
      ['# \ufffd\nstate_dir = "/a"', "/a"],
    ] as const)
      expect([text, await named(text)]).toEqual([text, directory]);
  });

  test("is found though something behind the head is wrong", async () => {
    for (const wrong of ["[a", "[[state_dir", "[a]\nwhat is this", "[a]\n# \r", "[a]\nx = 1\nx = 2"])
      expect(await named(`state_dir = "/a"\n${wrong}`)).toBe("/a");
    const broken = new TextEncoder().encode('state_dir = "/a"\n[b]\n# ?');
    broken[broken.length - 1] = 0xff;
    expect(await named(broken)).toBe("/a");
    // Nothing of it is about the state.
    expect(await named("what is this")).toBeNull();
  });

  test("is refused with all that is wrong, if that may concern it", async () => {
    for (const [text, message] of [
      ["state_dir = true", "`state_dir` is not a string"],
      ['state_dir.x = "/a"', "`state_dir` is not a string"],
      ["state_dir = 2025-01-01", "`state_dir` is not a string"],
      ['state_dir = ""', "the state directory is empty"],
      ['state_dir = "/"', "the state directory cannot be `/`"],
      ['state_dir = "a/b"', "the state directory `a/b` is not an absolute path"],
      ['state_dir = "/a', "not valid TOML: the text is not closed"],
      ['state_dir = "/a"\nstate_dir = "/b"', "not valid TOML: the key is given twice"],
      ['state_dir = "/a"\nwhat is this', "not valid TOML: `=` is missing after the key"],
      ['state_dir = """/a\r"""', "not valid TOML: there is a carriage return without a line feed"],
    ] as const)
      expect([text, await named(text)]).toEqual([text, [message]]);
    const broken = new TextEncoder().encode('state_dir = "/a?"');
    broken[15] = 0xff;
    expect(await named(broken)).toEqual(["the text is not valid UTF-8"]);
  });
});
