import { commandList, globalOptions, helpCommand } from "../../program.ts";
import type { OptionSpecification } from "../../specification.ts";

/** A place of a command line where an operand can stand, and what can stand there. */
export interface OperandPlace {
  readonly command: string;
  /** How many operands stand between the command and this one. */
  readonly position: number;
  /** This one may be repeated. */
  readonly repeats: boolean;
  readonly candidates: "generations" | readonly string[];
  /** What the help calls it. */
  readonly name: string;
}

/** All of them, in the order of the command table. */
export function operandPlaces(): OperandPlace[] {
  const places = commandList.flatMap(({ name: command, arguments: all }) =>
    all.map(
      ({ name, variadic, choices }, position): OperandPlace => ({
        command,
        position,
        repeats: variadic,
        candidates: choices ?? "generations",
        name,
      }),
    ),
  );
  const topics = commandList.map(({ name }) => name);
  return [
    ...places,
    { command: helpCommand.name, position: 0, repeats: false, candidates: topics, name: "COMMAND" },
  ];
}

/** Every option that takes a value, whatever command it belongs to; each name once. */
export function valueOptions(): OptionSpecification[] {
  const all = [...globalOptions, ...commandList.flatMap(({ options }) => options)];
  const byName = new Map(all.map((option: OptionSpecification) => [option.long, option]));
  return [...byName.values()].filter(({ value }) => value !== undefined);
}

/** `-c` and `--config`, or just `--wait`. */
export function spellings({ long, short }: OptionSpecification): string[] {
  return [...(short === undefined ? [] : [`-${short}`]), `--${long}`];
}

/** The options that say where the generations are: the script passes them on to `imp list`. */
export function stateOptions(): OptionSpecification[] {
  return globalOptions.filter(({ long }) => long === "config" || long === "state-dir");
}
