/** The shape of the command table: plain data, from which help texts, manual pages and completions are made. */

export interface ArgumentSpecification {
  /** As shown in the usage line. */
  readonly name: string;
  /** The property that carries it in the command's input. */
  readonly key: string;
  readonly required: boolean;
  readonly variadic: boolean;
  readonly help: string;
}

export interface OptionSpecification {
  /** Without the dashes. */
  readonly long: string;
  /** One letter, without the dash. */
  readonly short?: string;
  /** What the help calls its value; an option without one is a switch. */
  readonly value?: string;
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

/** What a person gave for one argument; every argument of imp's commands is a generation's number. */
type ArgumentInput<Argument extends ArgumentSpecification> = Argument["variadic"] extends true
  ? readonly number[]
  : Argument["required"] extends true
    ? number
    : number | null;

/** What a command gets: each argument by its key, each switch by its name in camel case. */
export type InputOf<Command extends CommandSpecification> = {
  readonly [Argument in Command["arguments"][number] as Argument["key"]]: ArgumentInput<Argument>;
} & {
  readonly [Option in Command["options"][number] as CamelCase<Option["long"]>]: boolean;
};

export function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
