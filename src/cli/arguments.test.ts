import { describe, expect, test } from "bun:test";
import { parseCommandLine, type Request } from "./arguments.ts";

function request(...words: string[]): Request {
  return parseCommandLine(words).request;
}

/** The messages and helps of a wrong command line, and `[]` for a good one. */
function mistakes(...words: string[]): { readonly message: string; readonly help?: string }[] {
  const parsed = request(...words);
  if (parsed.kind !== "wrong") return [];
  expect(parsed.failure.exitCode).toBe(2);
  return parsed.failure.problems.map(({ message, help }) => ({
    message,
    ...(help === undefined ? {} : { help }),
  }));
}

describe("a good command line", () => {
  test("names a command and its options", () => {
    expect(request("apply", "--dry-run")).toEqual({
      kind: "run",
      command: "apply",
      input: { skipValidation: false, dryRun: true, lazy: false, ifChanged: false, label: null },
    });
  });

  test("gives numbers as numbers, and null for an optional one that is missing", () => {
    expect(request("switch", "12")).toMatchObject({ input: { generation: 12, dryRun: false } });
    expect(request("diff")).toMatchObject({ input: { from: null, to: null } });
    expect(request("diff", "1")).toMatchObject({ input: { from: 1, to: null } });
    expect(request("diff", "1", "2")).toMatchObject({ input: { from: 1, to: 2 } });
  });

  test("takes several numbers where a command takes several, each once", () => {
    expect(request("delete", "3", "1", "3", "--force")).toMatchObject({
      input: { generations: [3, 1], force: true },
    });
  });

  test("gives the value of an option as text, and a word as one of those that there are", () => {
    expect(request("apply", "--label", "new disk")).toMatchObject({ input: { label: "new disk" } });
    expect(request("apply", "--label=a", "--label=b")).toMatchObject({ input: { label: "b" } });
    expect(request("completion", "fish")).toMatchObject({ input: { shell: "fish" } });
  });

  test("has global options before or after the command", () => {
    const expected = {
      config: "a.toml",
      stateDirectory: "/s",
      json: true,
      quiet: true,
      verbose: true,
      wait: 2.5,
    };
    const options = ["-c", "a.toml", "--state-dir=/s", "--json", "-qv", "--wait", "2.5"];
    expect(parseCommandLine([...options, "list"]).global).toMatchObject(expected);
    expect(parseCommandLine(["list", ...options]).global).toMatchObject(expected);
  });

  test("has defaults for what it does not say", () => {
    expect(parseCommandLine(["list"]).global).toEqual({
      config: null,
      stateDirectory: null,
      json: false,
      quiet: false,
      verbose: false,
      color: "auto",
      wait: 10,
    });
  });

  test("takes the last of two values", () => {
    expect(parseCommandLine(["list", "-c", "a", "-c", "b"]).global.config).toBe("b");
  });

  test("says never to colour in two ways", () => {
    expect(parseCommandLine(["list", "--no-color"]).global.color).toBe("never");
    expect(parseCommandLine(["list", "--color", "never"]).global.color).toBe("never");
    expect(parseCommandLine(["list", "--color=always"]).global.color).toBe("always");
  });

  test("can end its options with --", () => {
    expect(request("show", "--", "3")).toMatchObject({ kind: "run", input: { generation: 3 } });
    expect(mistakes("show", "--", "--json").map(({ message }) => message)).toEqual([
      "`--json` is not a generation number",
    ]);
  });
});

describe("help and version", () => {
  test("come for a command in three ways", () => {
    for (const words of [
      ["help", "apply"],
      ["apply", "--help"],
      ["-h", "apply"],
    ]) {
      expect(request(...words)).toMatchObject({ kind: "help", command: { name: "apply" } });
    }
  });

  test("come for the program without a command", () => {
    for (const words of [["help"], ["--help"], ["-h"], ["help", "help"]]) {
      expect(request(...words)).toEqual({ kind: "help", command: null });
    }
  });

  test("come even if something else is wrong", () => {
    expect(request("switch", "abc", "--bogus", "--help")).toMatchObject({ kind: "help" });
    expect(request("--version", "--json")).toEqual({ kind: "version" });
  });

  test("are not there for a command that does not exist", () => {
    expect(mistakes("help", "aply")[0]?.message).toBe("there is no command `aply`");
  });
});

describe("a wrong command line", () => {
  test("is told which command was probably meant", () => {
    expect(mistakes("swich", "2")).toEqual([
      {
        message: "there is no command `swich`",
        help: "did you mean `imp switch`?\n`imp help` lists the commands",
      },
    ]);
    expect(mistakes("frobnicate")[0]?.help).toBe("`imp help` lists the commands");
  });

  test("is told which option was probably meant", () => {
    const [mistake] = mistakes("apply", "--dryrun");
    expect(mistake?.message).toBe("`imp apply` has no option --dryrun");
    expect(mistake?.help).toStartWith("did you mean `--dry-run`?\n");
  });

  test("is told which command an option belongs to", () => {
    const [mistake] = mistakes("list", "--force");
    expect(mistake?.message).toBe("`imp list` has no option --force");
    expect(mistake?.help).toStartWith("it belongs to `imp delete`\n");
  });

  test("is told about a missing argument, with usage and example", () => {
    expect(mistakes("switch")).toEqual([
      {
        message: "`imp switch` needs N, the generation's number, as `imp list` shows it",
        help: "usage: imp switch [OPTIONS] N\nexample: sudo imp switch 2",
      },
    ]);
    expect(mistakes("delete")).toHaveLength(1);
  });

  test("is told about arguments that are too many", () => {
    expect(mistakes("show", "1", "2", "3")[0]?.message).toBe(
      "`imp show` does not know what to do with `2`, `3`",
    );
    expect(mistakes("list", "all")).toHaveLength(1);
  });

  test.each(["abc", "0", "-0", "1.5", "1e3", "0x1", "١", "", " 1", "01", "99999999999999999999"])(
    "is told that %p is no generation number",
    (word) => {
      expect(mistakes("switch", "--", word)[0]?.message).toBe(`\`${word}\` is not a generation number`);
    },
  );

  test("is told that there are no negative numbers", () => {
    expect(mistakes("switch", "-1")[0]).toEqual({
      message: "`imp switch` has no option -1",
      help: "generation numbers start at 1",
    });
  });

  test.each(["--wait -1", "--wait soon", "--wait=1e3", "--wait 0x10", "--wait=-0"])(
    "is told that %p is no number of seconds",
    (words) => {
      expect(mistakes("list", ...words.split(" "))[0]?.message).toMatch(
        /^--wait needs a number of seconds, and `.+` is none$/,
      );
    },
  );

  test("is told which words there are to choose from", () => {
    expect(mistakes("completion", "bsh")[0]).toMatchObject({
      message: "`bsh` is none of bash, zsh, fish",
      help: expect.stringContaining("did you mean `bash`?"),
    });
    expect(mistakes("completion")[0]?.message).toBe("`imp completion` needs SHELL, bash, zsh or fish");
  });

  test("is told about an option without its value", () => {
    expect(mistakes("apply", "--label")[0]?.message).toBe("--label needs a value");
    expect(mistakes("list", "--config")[0]?.message).toBe("--config needs a value");
    expect(mistakes("list", "-c", "--json")[0]?.message).toBe("-c needs a value");
    expect(mistakes("list", "--state-dir=")[0]?.message).toBe("--state-dir needs a value");
  });

  test("may give a value that looks like an option behind =", () => {
    expect(parseCommandLine(["list", "--config=-x"]).global.config).toBe("-x");
  });

  test("is told about a value that an option does not take", () => {
    expect(mistakes("list", "--json=yes")[0]?.message).toBe("--json takes no value");
  });

  test("is told about a colour that does not exist", () => {
    expect(mistakes("list", "--color", "blue")[0]?.message).toBe("--color does not know `blue`");
  });

  test("is told everything at once, and the usage once", () => {
    const found = mistakes("switch", "abc", "2", "--forse", "--wait", "-1", "--color=red");
    expect(found.map(({ message }) => message)).toEqual([
      "--color does not know `red`",
      "--wait needs a number of seconds, and `-1` is none",
      "`imp switch` has no option --forse",
      "`abc` is not a generation number",
      "`imp switch` does not know what to do with `2`",
    ]);
    expect(found.filter(({ help }) => help?.includes("usage:"))).toHaveLength(1);
  });

  test("is told about unknown options of an unknown command, but not about those of other commands", () => {
    expect(mistakes("aply", "--bogus", "--dry-run").map(({ message }) => message)).toEqual([
      "`imp` has no option --bogus",
      "there is no command `aply`",
    ]);
  });

  test("is told that a command is missing", () => {
    expect(request()).toEqual({ kind: "nothing" });
    expect(mistakes("--json")[0]?.message).toBe("no command was given");
    expect(mistakes("--dry-run")[0]?.help).toBe(
      "it belongs to `imp apply`, `imp switch`, `imp rollback`, `imp restore`",
    );
  });
});
