import { parseArgs } from "node:util";
import { commandList, globalOptions } from "./program.ts";
import type { OptionSpecification } from "./specification.ts";

export interface GivenOption {
  /** The long name, or the letter of an unknown short one. */
  readonly name: string;
  /** As typed: `-c` or `--config`. */
  readonly written: string;
  readonly value: string | undefined;
  /** The value was joined to the option, as in `--config=x`. */
  readonly inline: boolean;
}

/** A command line, split into options and the rest. */
export interface Words {
  readonly options: readonly GivenOption[];
  readonly positionals: readonly string[];
}

/** All options that any command knows. */
export const allOptions: readonly OptionSpecification[] = [
  ...globalOptions,
  ...commandList.flatMap((command) => command.options),
];

/**
 * Splits the words after the program's name with `node:util`'s parseArgs: part of the runtime, and cheaper to start than
 * any package (1 ms). It only splits: judging is left to us, because parseArgs would stop at the first mistake and
 * knows nothing of commands.
 */
export function splitWords(words: readonly string[]): Words {
  const options = Object.fromEntries(
    allOptions.map(({ long, short, value }) => {
      const type = value === undefined ? ("boolean" as const) : ("string" as const);
      return [long, short === undefined ? { type } : { type, short }];
    }),
  );
  const { tokens } = parseArgs({
    args: [...words],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return {
    options: tokens.flatMap((token) =>
      token.kind === "option"
        ? [
            {
              name: token.name,
              written: token.rawName,
              value: token.value,
              inline: token.inlineValue === true,
            },
          ]
        : [],
    ),
    positionals: tokens.flatMap((token) => (token.kind === "positional" ? [token.value] : [])),
  };
}

export function isGiven(words: Words, name: string): boolean {
  return words.options.some((option) => option.name === name);
}
