/** The shape of the command table: plain data, from which help texts, manual pages and completions are made. */

export interface ArgumentSpecification {
  /** As shown in the usage line. */
  readonly name: string;
  /** The property that carries it in the command's input. */
  readonly key: string;
  readonly required: boolean;
  readonly variadic: boolean;
  /** The words that it can be; an argument without them is a generation's number. */
  readonly choices?: readonly string[];
  readonly help: string;
}

export interface OptionSpecification {
  /** Without the dashes. */
  readonly long: string;
  /** One letter, without the dash. */
  readonly short?: string;
  /** What the help calls its value; an option without one is a switch. */
  readonly value?: string;
  /** What its value can be, where that is known: words to choose from, or a path. */
  readonly takes?: readonly string[] | "file" | "directory";
  readonly help: string;
}

export interface Example {
  readonly command: string;
  readonly effect: string;
}

export interface ExitMeaning {
  readonly code: number;
  readonly meaning: string;
}

export interface CommandSpecification<Name extends string = string> {
  readonly name: Name;
  /** One line for the overview. */
  readonly summary: string;
  /** One paragraph; whoever shows it breaks the lines. */
  readonly description: string;
  readonly arguments: readonly ArgumentSpecification[];
  readonly options: readonly OptionSpecification[];
  readonly examples: readonly [Example, ...Example[]];
  /** Where they differ from {@link exitMeanings}. */
  readonly exits?: readonly ExitMeaning[];
}

/** `skip-validation` becomes `skipValidation`. */
export type CamelCase<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name;

type ArgumentValue<Argument extends ArgumentSpecification> = Argument extends {
  readonly choices: readonly (infer Word)[];
}
  ? Word
  : number;

/** What a person gave for one argument. */
type ArgumentInput<Argument extends ArgumentSpecification> = Argument["variadic"] extends true
  ? readonly ArgumentValue<Argument>[]
  : Argument["required"] extends true
    ? ArgumentValue<Argument>
    : ArgumentValue<Argument> | null;

type OptionInput<Option extends OptionSpecification> = Option extends { readonly value: string }
  ? string | null
  : boolean;

/** What a command gets: each argument by its key, each option by its name in camel case. */
export type InputOf<Command extends CommandSpecification> = {
  readonly [Argument in Command["arguments"][number] as Argument["key"]]: ArgumentInput<Argument>;
} & {
  readonly [Option in Command["options"][number] as CamelCase<Option["long"]>]: OptionInput<Option>;
};

export function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Options of several commands. */

export const dryRun = { long: "dry-run", help: "show what would be done, and change nothing" } as const;

export const lazy = { long: "lazy", help: "detach mounts that are in use instead of refusing" } as const;
