import { describe, expect, test } from "bun:test";
import { commandList } from "../program.ts";
import { commandHelpLines, overviewLines, usageLine, wrap } from "./help.ts";

describe("help", () => {
  test.each(commandList.map((command) => [command.name, command] as const))(
    "of %s says how to use it, with an example and the exit codes, in 80 columns",
    (name, command) => {
      const lines = commandHelpLines(command);
      expect(lines[0]).toBe(`Usage: ${usageLine(command)}`);
      expect(lines).toContain("Global options:");
      expect(lines).toContain("Examples:");
      expect(lines).toContain("Exit codes:");
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
      expect(command.examples.every((example) => example.command.includes(`imp ${name}`))).toBe(true);
      for (const option of command.options) expect(lines.join("\n")).toContain(`--${option.long}`);
    },
  );

  test("of the program names every command, in 80 columns", () => {
    const lines = overviewLines();
    for (const { name } of commandList)
      expect(lines.some((line) => line.startsWith(`  ${name} `))).toBe(true);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  test("shows what is optional in brackets, and what may be repeated with dots", () => {
    const usage = commandList.map(usageLine);
    expect(usage).toContain("imp diff [OPTIONS] [A] [B]");
    expect(usage).toContain("imp delete [OPTIONS] N…");
  });
});

describe("wrap", () => {
  test("breaks lines between words, and never inside one", () => {
    expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrap("extraordinary day", 5)).toEqual(["extraordinary", "day"]);
  });
});
