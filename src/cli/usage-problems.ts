import { nearest } from "../config/suggest.ts";
import { Failure, type Problem } from "../model/problem.ts";
import { type Command, commandList, globalOptions, helpCommand } from "./program.ts";
import { usageLine } from "./render/help.ts";
import type { OptionSpecification } from "./specification.ts";
import type { GivenOption } from "./words.ts";

/** What is wrong with a command line, and what was probably meant. */

const seeCommands = "`imp help` lists the commands";

export function noCommand(): Failure {
  return new Failure(2, [usageProblem("no command was given", seeCommands)]);
}

export function unknownCommand(name: string): Problem {
  const meant = nearest(name, [...commandList.map((command) => command.name), helpCommand.name]);
  const help = meant === null ? seeCommands : `did you mean \`imp ${meant}\`?\n${seeCommands}`;
  return usageProblem(`there is no command \`${name}\``, help);
}

/** Nothing, if the option belongs to the command (or to all of them). */
export function judgeOption(option: GivenOption, command: Command | null): Problem[] {
  const allowed: readonly OptionSpecification[] = [...globalOptions, ...(command?.options ?? [])];
  const known = allowed.find((candidate) => candidate.long === option.name);
  if (known === undefined) return [unknownOption(option, command, allowed)];
  if (known.value !== undefined || option.value === undefined) return [];
  return [usageProblem(`${option.written} takes no value`, `write just \`${option.written}\``)];
}

function unknownOption(
  { name, written }: GivenOption,
  command: Command | null,
  allowed: readonly OptionSpecification[],
): Problem {
  const message = `\`imp${command === null ? "" : ` ${command.name}`}\` has no option ${written}`;
  if (/^-\d/.test(written)) return usageProblem(message, "generation numbers start at 1");
  const owners = commandList.filter((other) => other.options.some((candidate) => candidate.long === name));
  if (owners.length > 0) {
    return usageProblem(
      message,
      `it belongs to ${owners.map((owner) => `\`imp ${owner.name}\``).join(", ")}`,
    );
  }
  const names = allowed.map((candidate) => candidate.long);
  const meant = written.startsWith("--") ? nearest(name, names) : null;
  return usageProblem(message, meant === null ? undefined : `did you mean \`--${meant}\`?`);
}

/** A failure with all these problems; below the last one stands how to use the command. */
export function usageFailure(command: Command | null, problems: readonly Problem[]): Failure {
  if (command === null) return new Failure(2, problems);
  const usage = `usage: ${usageLine(command)}\nexample: ${command.examples[0].command}`;
  const last = problems.at(-1);
  if (last === undefined) return new Failure(2, []);
  const help = last.help === undefined ? usage : `${last.help}\n${usage}`;
  return new Failure(2, [...problems.slice(0, -1), { ...last, help }]);
}

export function usageProblem(message: string, help?: string): Problem {
  return { severity: "error", message, ...(help === undefined ? {} : { help }) };
}
