import { parseCommandLine } from "../../src/cli/arguments.ts";
import { findCommand } from "../../src/cli/program.ts";
import type { Complaint, Markdown, Passage } from "./markdown.ts";
import { type Command, commandsOf, typedLines } from "./shell.ts";

/** In these blocks people type; what else stands in blocks is files and pictures. */
const shells = new Set(["", "sh", "bash", "shell", "console", "zsh", "fish"]);

/**
 * Holds every command line against imp's own argument parser, and every `npm run` against package.json.
 * @param scripts the names of the scripts that npm can run
 */
export function checkCommands({ blocks, codes }: Markdown, scripts: readonly string[]): Complaint[] {
  const typed = blocks.filter(({ language }) => shells.has(language)).flatMap(typedLines);
  // In running text, what is between backticks is a command only if it begins like one.
  const quoted = codes.filter(({ text }) => /^(?:sudo )?(?:imp|npm run) \S/.test(text) && !isMessage(text));
  return [
    ...typed.flatMap((passage) => checkLine(passage, scripts)),
    // There, `imp switch` alone is the name of the command.
    ...quoted.flatMap((passage) => checkLine(passage, scripts)).filter(({ message }) => !isWant(message)),
  ];
}

/** What imp says is quoted, too: `imp apply needs root here: …`. */
function isMessage(text: string): boolean {
  return /\w: /.test(text);
}

function isWant(message: string): boolean {
  return /^`imp \w+` needs /.test(message);
}

function checkLine({ line, text }: Passage, scripts: readonly string[]): Complaint[] {
  return commandsOf(text)
    .flatMap((command) => mistakesIn(command, scripts))
    .map((message) => ({ line, message }));
}

function mistakesIn(command: Command, scripts: readonly string[]): string[] {
  const words = withoutPrefixes(command);
  const [program = ""] = words;
  if (program === "npm" && words[1] === "run") return checkScript(words.slice(2), scripts);
  return isImp(program) ? checkImp(words.slice(1)) : [];
}

/** What runs another program: sudo, env, and settings of variables. */
function withoutPrefixes(command: Command): Command {
  const start = command.findIndex(
    (word) => !/^(?:sudo|env|exec|command|time|-[EHn]+|[A-Z_]+=.*)$/.test(word),
  );
  return start === -1 ? [] : command.slice(start);
}

function isImp(program: string): boolean {
  return /^(?:[\w./~-]*\/)?imp$/.test(program);
}

function checkScript(words: Command, scripts: readonly string[]): string[] {
  const name = words.find((word) => !word.startsWith("-"));
  if (name === undefined || scripts.includes(name)) return [];
  return [`package.json has no script \`${name}\``];
}

function checkImp(words: Command): string[] {
  const { request } = parseCommandLine(filledIn(words));
  return request.kind === "wrong" ? request.failure.problems.map(({ message }) => message) : [];
}

/** Usage lines such as `imp diff [A] [B]`, with something in the places that a person fills in. */
function filledIn(words: Command): string[] {
  const operands = words.map((word) => word.replace(/^\[(.*)\]$/, "$1").replace(/…$|\.\.\.$/, ""));
  const command = findCommand(operands.find((word) => !word.startsWith("-")) ?? "");
  const choices = command?.arguments.flatMap((argument) => argument.choices ?? []) ?? [];
  return operands
    .filter((word) => word !== "OPTIONS" && word !== "")
    .map((word, index) => {
      if (word === "COMMAND") return "apply";
      const isOperand = index > 0 && /^[A-Z]+$/.test(word);
      return isOperand ? (choices[0] ?? "1") : word;
    });
}
