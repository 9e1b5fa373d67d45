import { describe, expect, test } from "bun:test";
import { version } from "../../package.json";
import { recordingHost } from "./recording-host.fixture.ts";
import { runProgram } from "./run.ts";

describe("runProgram", () => {
  test("prints the version", async () => {
    const host = recordingHost();
    expect(await runProgram(["--version"], host)).toBe(0);
    expect(host.written).toEqual({ out: `imp ${version}\n`, err: "" });
  });

  test("prints help to stdout if asked for it", async () => {
    const host = recordingHost();
    expect(await runProgram(["--help"], host)).toBe(0);
    expect(host.written.out).toContain("Usage: imp COMMAND [OPTIONS]");
    expect(host.written.err).toBe("");
  });

  test("prints help to stderr and fails if no word is given", async () => {
    const host = recordingHost();
    expect(await runProgram([], host)).toBe(2);
    expect(host.written.out).toBe("");
    expect(host.written.err).toContain("Usage: imp COMMAND [OPTIONS]");
  });

  test("explains wrong usage on stderr", async () => {
    const host = recordingHost();
    expect(await runProgram(["lst"], host)).toBe(2);
    expect(host.written.out).toBe("");
    expect(host.written.err).toBe(
      "error: there is no command `lst`\n  help: did you mean `imp list`?\n        `imp help` lists the commands\n",
    );
  });

  test("colours problems on a terminal, and not elsewhere", async () => {
    const red = "\u001b[31m";
    for (const [settings, coloured] of [
      [{ terminals: ["err"] }, true],
      [{ terminals: ["out"] }, false],
      [{ terminals: ["err"], environment: { NO_COLOR: "1" } }, false],
      [{ terminals: ["err"], environment: { TERM: "dumb" } }, false],
    ] as const) {
      const host = recordingHost(settings);
      await runProgram(["lst"], host);
      expect(host.written.err.includes(red)).toBe(coloured);
    }
    const always = recordingHost();
    await runProgram(["lst", "--color=always"], always);
    expect(always.written.err).toContain(red);
  });

  test("gives each line its priority where stderr goes to the journal, and nowhere else", async () => {
    const environment = { JOURNAL_STREAM: "8:123" };
    for (const [identity, mark] of [
      ["8:123", "<3>"],
      ["8:124", ""],
    ] as const) {
      const host = recordingHost({ environment, identity });
      await runProgram(["lst"], host);
      expect(host.written.err).toStartWith(`${mark}error: there is no command \`lst\`\n${mark}  help: `);
    }
  });

  test("says everything on stdout in one JSON object with --json", async () => {
    for (const [words, exitCode] of [
      [["--json", "lst"], 2],
      [["--json"], 2],
      [["--json", "switch"], 2],
      [["--json", "--version"], 0],
      [["--json", "help", "list"], 0],
    ] as const) {
      const host = recordingHost();
      expect(await runProgram(words, host)).toBe(exitCode);
      expect(host.written.err).toBe("");
      expect(host.written.out).toEndWith("}\n");
      expect(JSON.parse(host.written.out).ok).toBe(exitCode === 0);
    }
  });

  test("names the command of a usage error in JSON", async () => {
    const host = recordingHost();
    await runProgram(["switch", "abc", "--json"], host);
    const { command, error } = JSON.parse(host.written.out);
    expect(command).toBe("switch");
    expect(error.exitCode).toBe(2);
    expect(error.problems[0].message).toBe("`abc` is not a generation number");
  });

  test("fails if the output could not be written", async () => {
    const host = recordingHost({ trouble: "ENOSPC" });
    expect(await runProgram(["--version"], host)).toBe(1);
    expect(host.written.err).toStartWith("error: the output is not complete");
  });
});
