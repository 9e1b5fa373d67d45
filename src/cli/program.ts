import { exportCommand, restoreCommand, serviceCommand } from "./boot-commands.ts";
import type { CommandSpecification, InputOf } from "./specification.ts";
import { dryRun, lazy } from "./specification.ts";

export { exitMeanings, globalOptions, helpCommand, purpose } from "./every-command.ts";

const generationArgument = {
  name: "N",
  key: "generation",
  required: true,
  variadic: false,
  help: "the generation's number, as `imp list` shows it",
} as const;

/** Every command, in the order of the overview. What a command does is in `commands/NAME.ts` (see `load.ts`). */
export const commands = [
  {
    name: "apply",
    summary: "Make the system as imp.toml wants it, as a new generation",
    description:
      "Reads the configuration, compares it with the live system, and makes the difference: directories are " +
      "bind-mounted, files are linked, and what the configuration no longer names is taken away. All conflicts " +
      "are listed before anything changes; a failure puts everything back.",
    arguments: [],
    options: [
      { long: "skip-validation", short: "s", help: "create missing sources instead of refusing" },
      dryRun,
      lazy,
      { long: "if-changed", help: "make no new generation if nothing differs" },
      { long: "label", value: "TEXT", help: "a line about the new generation, which `imp list` shows" },
    ],
    examples: [
      { command: "sudo imp apply", effect: "apply ./imp.toml, else /etc/imp/imp.toml" },
      { command: "imp apply --dry-run", effect: "see the steps first" },
      { command: "sudo imp apply --label 'with Bluetooth'", effect: "say what is new in this generation" },
    ],
  },
  {
    name: "list",
    summary: "List all generations",
    description:
      "One line for each generation: its number, when it was made (UTC), and how many entries it has. On a terminal " +
      "also how long ago that was, and the label; elsewhere the lines are those that scripts read, and --verbose " +
      "adds the label.",
    arguments: [],
    options: [],
    examples: [{ command: "imp list", effect: "list them; the active one is marked" }],
  },
  {
    name: "show",
    summary: "Show a generation in detail",
    description:
      "Shows when a generation was made, from which configuration, and every entry: where it appears, where it " +
      "is stored, and its options, owner and mode. With --verbose also the configuration as it was then.",
    arguments: [generationArgument],
    options: [],
    examples: [
      { command: "imp show 3", effect: "show generation 3" },
      { command: "imp show 3 --verbose", effect: "with its configuration" },
    ],
  },
  {
    name: "switch",
    summary: "Make the system as an earlier or later generation had it",
    description:
      "Makes the given generation the active one. Only what differs from the live system changes: every other " +
      "mount stays as it is, and programs that use it notice nothing.",
    arguments: [generationArgument],
    options: [dryRun, lazy],
    examples: [
      { command: "sudo imp switch 2", effect: "switch to generation 2" },
      { command: "imp switch 2 --dry-run", effect: "see the steps first" },
    ],
  },
  {
    name: "rollback",
    summary: "Switch to the generation that was active before",
    description:
      "Makes the generation active again that was active before the current one. A second rollback comes back " +
      "to where the first one started.",
    arguments: [],
    options: [dryRun, lazy],
    examples: [{ command: "sudo imp rollback", effect: "undo the last apply or switch" }],
  },
  {
    name: "delete",
    summary: "Delete generations",
    description:
      "Forgets the given generations. The active one cannot be deleted. Nothing that is persisted is touched: " +
      "only imp's own record of the generation goes. All numbers are checked before the first one is deleted.",
    arguments: [
      {
        name: "N",
        key: "generations",
        required: true,
        variadic: true,
        help: "the generations' numbers, as `imp list` shows them",
      },
    ],
    options: [{ long: "force", short: "f", help: "do not ask first" }],
    examples: [
      { command: "sudo imp delete 2", effect: "delete generation 2, after a question" },
      { command: "sudo imp delete 1 2 4 --force", effect: "delete three, without one" },
    ],
  },
  {
    name: "verify",
    summary: "Check the live system against the active generation",
    description:
      "Compares every entry of the active generation with the kernel's own tables, and tells for each that " +
      "differs what `imp restore` would do. Changes nothing, and needs no root; what an ordinary user may not " +
      "look at is reported as unknown.",
    arguments: [],
    options: [],
    examples: [{ command: "imp verify", effect: "list all that differs" }],
    exits: [
      { code: 0, meaning: "everything is as the active generation wants it" },
      { code: 1, meaning: "something differs, is unknown, or could not be checked" },
    ],
  },
  {
    name: "current",
    summary: "Show the active generation",
    description: "Shows the number of the active generation, when it was made, and from which configuration.",
    arguments: [],
    options: [],
    examples: [{ command: "imp current", effect: "show which generation is active" }],
  },
  restoreCommand,
  serviceCommand,
  exportCommand,
  {
    name: "diff",
    summary: "Compare generations, or a generation with imp.toml",
    description:
      "Without numbers: from the active generation to what imp.toml says now. With A: from generation A to the " +
      "active one. With A and B: from generation A to generation B. Lines start with + (added), - (removed) or " +
      "~ (changed).",
    arguments: [
      { name: "A", key: "from", required: false, variadic: false, help: "the generation to compare from" },
      { name: "B", key: "to", required: false, variadic: false, help: "the generation to compare with" },
    ],
    options: [],
    examples: [
      { command: "imp diff", effect: "what would `imp apply` change?" },
      { command: "imp diff 2 3", effect: "what changed from generation 2 to 3?" },
    ],
  },
  {
    name: "schema",
    summary: "Print a JSON Schema of imp.toml",
    description:
      "Prints a JSON Schema (draft-07) of the configuration, by which editors explain, complete and check the keys " +
      "while you write. Editors with taplo or Even Better TOML find it by a comment in the first line of the file: " +
      "`#:schema ./imp.schema.json`",
    arguments: [],
    options: [],
    examples: [{ command: "imp schema > imp.schema.json", effect: "keep it beside imp.toml" }],
  },
  {
    name: "completion",
    summary: "Print a script that completes imp's commands in a shell",
    description:
      "Prints a script for bash, zsh or fish that completes commands, options, their values and the numbers of " +
      "generations when you press Tab. Let the shell read it, or put it where the shell looks for such scripts.",
    arguments: [
      {
        name: "SHELL",
        key: "shell",
        required: true,
        variadic: false,
        choices: ["bash", "zsh", "fish"],
        help: "bash, zsh or fish",
      },
    ],
    options: [],
    examples: [
      { command: "source <(imp completion bash)", effect: "in ~/.bashrc" },
      { command: "source <(imp completion zsh)", effect: "in ~/.zshrc, after compinit" },
      { command: "imp completion fish | source", effect: "in ~/.config/fish/config.fish" },
    ],
  },
] as const satisfies readonly CommandSpecification[];

export type CommandName = (typeof commands)[number]["name"];

export type Command = CommandSpecification<CommandName>;

/** {@link commands}, for those who treat all alike. */
export const commandList: readonly Command[] = commands;

export function findCommand(name: string): Command | null {
  // A loop, as each array method takes 40 µs when first used.
  for (const command of commandList) if (command.name === name) return command;
  return null;
}

/** What the command `Name` gets to work with. */
export type CommandInput<Name extends CommandName> = InputOf<
  Extract<(typeof commands)[number], { name: Name }>
>;
