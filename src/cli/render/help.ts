import { commandList, exitMeanings, globalOptions, helpCommand, purpose } from "../program.ts";
import type {
  ArgumentSpecification,
  CommandSpecification,
  ExitMeaning,
  OptionSpecification,
} from "../specification.ts";

/** `imp switch [OPTIONS] N` */
export function usageLine(command: CommandSpecification): string {
  return ["imp", command.name, "[OPTIONS]", ...command.arguments.map(argumentUsage)].join(" ");
}

function argumentUsage({ name, required, variadic }: ArgumentSpecification): string {
  const repeated = variadic ? `${name}…` : name;
  return required ? repeated : `[${repeated}]`;
}

/** What `imp --help` prints. */
export function overviewLines(): string[] {
  return [
    ...wrap(purpose, lineWidth),
    "",
    "Usage: imp COMMAND [OPTIONS]",
    "",
    "Commands:",
    ...table([...commandList, helpCommand].map(({ name, summary }) => [name, summary])),
    "",
    "Global options:",
    ...table(globalOptions.map(optionRow)),
    "",
    ...exitLines(exitMeanings),
    "",
    "`imp help COMMAND` tells more about a command.",
  ];
}

/** What `imp COMMAND --help` prints. */
export function commandHelpLines(command: CommandSpecification): string[] {
  return [
    `Usage: ${usageLine(command)}`,
    "",
    ...wrap(command.description, lineWidth),
    ...section(
      "Arguments:",
      command.arguments.map((argument) => [argument.name, argument.help]),
    ),
    ...section("Options:", command.options.map(optionRow)),
    ...section("Global options:", globalOptions.map(optionRow)),
    ...section(
      "Examples:",
      command.examples.map((example) => [example.command, example.effect]),
    ),
    "",
    ...exitLines(
      exitMeanings.map((usual) => command.exits?.find(({ code }) => code === usual.code) ?? usual),
    ),
  ];
}

type Row = readonly [term: string, meaning: string];

const lineWidth = 80;

function optionRow(option: OptionSpecification): Row {
  const short = option.short === undefined ? "    " : `-${option.short}, `;
  const value = option.value === undefined ? "" : ` ${option.value}`;
  return [`${short}--${option.long}${value}`, option.help];
}

function exitLines(exits: readonly ExitMeaning[]): string[] {
  return ["Exit codes:", ...table(exits.map(({ code, meaning }) => [String(code), meaning]))];
}

function section(heading: string, rows: readonly Row[]): string[] {
  return rows.length === 0 ? [] : ["", heading, ...table(rows)];
}

/** Two columns, the second one broken into lines. */
function table(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([term]) => term.length)) + 2;
  return rows.flatMap(([term, meaning]) =>
    wrap(meaning, lineWidth - 2 - width).map(
      (line, index) => `  ${(index === 0 ? term : "").padEnd(width)}${line}`,
    ),
  );
}

/** Breaks a paragraph into lines of at most `width` characters; a longer word gets a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
