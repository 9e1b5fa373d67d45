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

/** All options that any command knows. Most command lines have none, so it is made only when it is asked for. */
export function allOptions(): readonly OptionSpecification[] {
  known ??= [...globalOptions, ...commandList.flatMap((command) => command.options)];
  return known;
}

let known: readonly OptionSpecification[] | null = null;

/**
 * Splits the words after the program's name as getopt_long(3) has it: `--name`, `--name value`, `--name=value`, `-n`,
 * `-n value`, `-nvalue`, several letters behind one dash, and nothing but operands after `--`. It only splits, and knows
 * of mistakes nothing; `arguments.ts` judges.
 *
 * It is our own because loading `node:util` for its parseArgs would cost 1 ms at every start, where the whole of
 * `imp --version` takes 6; the packages for it cost more (cac 1, citty 3, commander 6 ms). The test holds it against
 * parseArgs.
 */
export function splitWords(words: readonly string[]): Words {
  const options: GivenOption[] = [];
  const positionals: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (word === "--") return { options, positionals: [...positionals, ...words.slice(index + 1)] };
    if (word === "-" || !word.startsWith("-")) {
      positionals.push(word);
      continue;
    }
    const given = word.startsWith("--") ? [splitLong(word)] : splitShort(word);
    const last = given.at(-1);
    if (index + 1 < words.length && last !== undefined && last.value === undefined && takesValue(last.name)) {
      index += 1;
      options.push(...given.slice(0, -1), { ...last, value: words[index] });
    } else {
      options.push(...given);
    }
  }
  return { options, positionals };
}

function splitLong(word: string): GivenOption {
  // Every name has a letter at least.
  const equals = word.indexOf("=", 3);
  const written = equals === -1 ? word : word.slice(0, equals);
  const value = equals === -1 ? undefined : word.slice(equals + 1);
  return { name: written.slice(2), written, value, inline: value !== undefined };
}

/** The letters behind one dash; behind the first one that takes a value, the rest is that. */
function splitShort(word: string): GivenOption[] {
  const given: GivenOption[] = [];
  const letters = [...word.slice(1)];
  for (const [index, letter] of letters.entries()) {
    const name = allOptions().find(({ short }) => short === letter)?.long ?? letter;
    const rest = letters.slice(index + 1).join("");
    if (takesValue(name) && rest !== "")
      return [...given, { name, written: `-${letter}`, value: rest, inline: true }];
    given.push({ name, written: `-${letter}`, value: undefined, inline: false });
  }
  return given;
}

function takesValue(name: string): boolean {
  return allOptions().some(({ long, value }) => long === name && value !== undefined);
}

export function isGiven(words: Words, name: string): boolean {
  return lastGiven(words, name) !== null;
}

/** The option as it was given last; null if it was not given. A loop, as each array method takes 40 µs when first used. */
export function lastGiven({ options }: Words, name: string): GivenOption | null {
  let last: GivenOption | null = null;
  for (const option of options) if (option.name === name) last = option;
  return last;
}
