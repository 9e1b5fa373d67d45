import {
  type Command,
  commandList,
  exitMeanings,
  globalOptions,
  helpCommand,
  purpose,
} from "../../src/cli/program.ts";
import type { ArgumentSpecification, ExitMeaning, OptionSpecification } from "../../src/cli/specification.ts";
import { code, heading, literal, prose } from "./mdoc.ts";

/** The manual page imp(1), made of what `imp --help` is made of. */
export function impPage(version: string, date: Date): string {
  return [
    ...heading({
      title: "imp",
      section: 1,
      version,
      date,
      summary: "keep directories and files of an ephemeral root, in numbered generations",
    }),
    ".Sh SYNOPSIS",
    ...commandList.flatMap(synopsis),
    ".Nm",
    `.Cm ${helpCommand.name}`,
    ".Op Ar COMMAND",
    ".Sh DESCRIPTION",
    ...prose(purpose),
    ".Pp",
    "The file",
    ".Xr imp.toml 5",
    "names them.",
    ...prose(
      "Directories appear at their places as bind mounts of a filesystem that stays, files as symlinks into it.",
    ),
    "Every application is recorded as a numbered generation, and",
    ".Nm",
    "goes back to any of them.",
    "Commands that mount need root; those that only look do not.",
    ".Sh COMMANDS",
    ...commandList.flatMap(section),
    `.Ss imp ${helpCommand.name}`,
    `${helpCommand.summary}.`,
    ".Sh GLOBAL OPTIONS",
    "They may stand before or behind the command.",
    ...optionTable(globalOptions),
    ".Sh ENVIRONMENT",
    ...table(environment.map(({ name, meaning }) => [`.Ev ${name}`, meaning])),
    ".Sh FILES",
    ...table(files.map(({ path, meaning }) => [`.Pa ${code(path)}`, meaning])),
    ".Sh EXIT STATUS",
    ...exitTable([...exitMeanings, ...signalExits]),
    ".Sh EXAMPLES",
    ...commandList.flatMap(({ examples }) => examples.flatMap(example)),
    ".Sh SEE ALSO",
    ".Xr imp.toml 5 ,",
    ".Xr findmnt 8 ,",
    ".Xr mount 8",
    "",
  ].join("\n");
}

const environment = [
  { name: "IMP_CONFIG", meaning: "The configuration, if `--config` does not name one." },
  {
    name: "XDG_DATA_HOME",
    meaning:
      "Where the state is kept, in its directory `imp`, if neither `--state-dir` nor the configuration says.",
  },
  { name: "HOME", meaning: "The home, where `XDG_DATA_HOME` is not set." },
  { name: "SUDO_UID", meaning: "Set by sudo: the person whose home counts, and whose files root may trust." },
  {
    name: "NO_COLOR",
    meaning: "If it is set and not empty, there is no colour unless `--color always` asks for it.",
  },
  {
    name: "JOURNAL_STREAM",
    meaning: "Set by systemd: if stderr goes to the journal, each line of a problem carries its priority.",
  },
  { name: "TERM", meaning: "There is no colour on a terminal called `dumb`." },
];

const files = [
  { path: "./imp.toml", meaning: "The configuration, if neither `--config` nor `IMP_CONFIG` names one." },
  {
    path: "/etc/imp/imp.toml",
    meaning: "The configuration, if there is no `imp.toml` in the working directory.",
  },
  { path: "~/.local/share/imp", meaning: "The state: the index of all generations, and a file for each." },
];

const signalExits: readonly ExitMeaning[] = [
  { code: 130, meaning: "stopped by Ctrl-C, and everything put back" },
  { code: 143, meaning: "stopped by SIGTERM or SIGHUP, and everything put back" },
];

function synopsis({ name, options, arguments: operands }: Command): string[] {
  return [".Nm", `.Cm ${name}`, ...options.map((option) => `.Op ${flag(option)}`), ...operands.map(operand)];
}

function operand({ name, required, variadic }: ArgumentSpecification): string {
  const shown = `Ar ${name}${variadic ? " ..." : ""}`;
  return required ? `.${shown}` : `.Op ${shown}`;
}

function section(command: Command): string[] {
  return [
    `.Ss imp ${command.name}`,
    `${command.summary}.`,
    ".Pp",
    ...prose(command.description),
    ...(command.arguments.length === 0
      ? []
      : table(command.arguments.map(({ name, help }) => [`.Ar ${name}`, sentence(help)]))),
    ...(command.options.length === 0 ? [] : optionTable(command.options)),
    ...(command.exits === undefined ? [] : [".Pp", "Its exit status is", ...exitTable(command.exits)]),
  ];
}

function optionTable(options: readonly OptionSpecification[]): string[] {
  return table(
    options.map((option) => {
      const short = option.short === undefined ? "" : `Fl ${option.short} , `;
      return [`.${short}${flag(option)}`, sentence(option.help)];
    }),
  );
}

function flag({ long, value }: OptionSpecification): string {
  return `Fl Fl ${long}${value === undefined ? "" : ` Ar ${value}`}`;
}

function exitTable(exits: readonly ExitMeaning[]): string[] {
  return table(exits.map((exit) => [`.Ic ${exit.code}`, sentence(exit.meaning)]));
}

function table(rows: readonly (readonly [macro: string, meaning: string])[]): string[] {
  const items = rows.flatMap(([macro, meaning]) => [`.It ${macro.slice(1)}`, ...prose(meaning)]);
  return [".Bl -tag -width Ds", ...items, ".El"];
}

function example({ command, effect }: { readonly command: string; readonly effect: string }): string[] {
  return [...prose(`${effect[0]?.toUpperCase()}${effect.slice(1)}:`), ...literal([command])];
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}
