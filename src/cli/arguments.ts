import { nearest } from "../config/suggest.ts";
import type { Failure, Problem } from "../model/problem.ts";
import { type GlobalOptions, optionValue, readGlobalOptions } from "./global-options.ts";
import { type Command, type CommandName, findCommand, helpCommand } from "./program.ts";
import { type ArgumentSpecification, camelCase } from "./specification.ts";
import { judgeOption, noCommand, unknownCommand, usageFailure, usageProblem } from "./usage-problems.ts";
import { allOptions, isGiven, splitWords, type Words } from "./words.ts";

/** Values by the keys of `InputOf` (see `specification.ts`); `load.ts` gives them the type of their command. */
export type ParsedInput = Readonly<
  Record<string, boolean | number | string | null | readonly (number | string)[]>
>;

/** What a command line asks for. */
export type Request =
  | { readonly kind: "run"; readonly command: CommandName; readonly input: ParsedInput }
  | { readonly kind: "help"; readonly command: Command | null }
  | { readonly kind: "version" }
  /** Not one word was given. */
  | { readonly kind: "nothing" }
  | { readonly kind: "wrong"; readonly command: CommandName | null; readonly failure: Failure };

export interface CommandLine {
  readonly global: GlobalOptions;
  readonly request: Request;
}

/** Reads the words after the program's name. Never throws: what is wrong comes back as a request of kind `wrong`. */
export function parseCommandLine(words: readonly string[]): CommandLine {
  const given = splitWords(words);
  const problems: Problem[] = [];
  const global = readGlobalOptions(given, problems);
  return { global, request: readRequest(given, problems) };
}

function readRequest(given: Words, problems: Problem[]): Request {
  const [first, ...operands] = given.positionals;
  // Someone who asks for help gets it, whatever else is wrong.
  if (first === helpCommand.name) return readHelp(operands[0]);
  if (isGiven(given, "help")) return readHelp(first);
  if (isGiven(given, "version")) return { kind: "version" };

  if (first === undefined) {
    problems.push(...given.options.flatMap((option) => judgeOption(option, null)));
    if (problems.length > 0) return wrong(null, problems);
    return given.options.length === 0
      ? { kind: "nothing" }
      : { kind: "wrong", command: null, failure: noCommand() };
  }
  const command = findCommand(first);
  if (command === null) {
    const unknown = given.options.filter((option) => !allOptions().some(({ long }) => long === option.name));
    problems.push(...unknown.flatMap((option) => judgeOption(option, null)));
    return wrong(null, [...problems, unknownCommand(first)]);
  }

  for (const option of given.options) problems.push(...judgeOption(option, command));
  const input = { ...readOptions(command, given, problems), ...readArguments(command, operands, problems) };
  return problems.length > 0 ? wrong(command, problems) : { kind: "run", command: command.name, input };
}

function readHelp(topic: string | undefined): Request {
  if (topic === undefined || topic === helpCommand.name) return { kind: "help", command: null };
  const command = findCommand(topic);
  return command === null ? wrong(null, [unknownCommand(topic)]) : { kind: "help", command };
}

function wrong(command: Command | null, problems: readonly Problem[]): Request {
  return { kind: "wrong", command: command?.name ?? null, failure: usageFailure(command, problems) };
}

function readOptions(command: Command, given: Words, problems: Problem[]): ParsedInput {
  const input: Record<string, ParsedInput[string]> = {};
  for (const { long, value } of command.options) {
    input[camelCase(long)] = value === undefined ? isGiven(given, long) : optionValue(given, long, problems);
  }
  return input;
}

/** Gives each of the words to the argument that it is for. */
function readArguments(command: Command, words: readonly string[], problems: Problem[]): ParsedInput {
  const input: Record<string, ParsedInput[string]> = {};
  let left = words;
  for (const argument of command.arguments) {
    const own = argument.variadic ? left : left.slice(0, 1);
    left = left.slice(own.length);
    if (own.length === 0 && argument.required) {
      problems.push(usageProblem(`\`imp ${command.name}\` needs ${argument.name}, ${argument.help}`));
    }
    const values = own.map((word) => readArgument(argument, word, problems));
    input[argument.key] = argument.variadic ? [...new Set(values)] : (values[0] ?? null);
  }
  if (left.length > 0) {
    const listed = left.map((word) => `\`${word}\``).join(", ");
    problems.push(usageProblem(`\`imp ${command.name}\` does not know what to do with ${listed}`));
  }
  return input;
}

function readArgument(
  { choices }: ArgumentSpecification,
  word: string,
  problems: Problem[],
): number | string {
  if (choices === undefined) return readNumber(word, problems);
  if (!choices.includes(word)) {
    const meant = nearest(word, choices);
    const help = meant === null ? undefined : `did you mean \`${meant}\`?`;
    problems.push(usageProblem(`\`${word}\` is none of ${choices.join(", ")}`, help));
  }
  return word;
}

/** The number, or 0 with a problem. */
function readNumber(word: string, problems: Problem[]): number {
  const number = /^[1-9]\d*$/.test(word) ? Number(word) : 0;
  if (number > 0 && Number.isSafeInteger(number)) return number;
  const help = "`imp list` shows the numbers; they start at 1";
  problems.push(usageProblem(`\`${word}\` is not a generation number`, help));
  return 0;
}
