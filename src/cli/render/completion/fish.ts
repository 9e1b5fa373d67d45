import { commandList, globalOptions, helpCommand } from "../../program.ts";
import type { OptionSpecification } from "../../specification.ts";
import { type OperandPlace, operandPlaces, spellings, stateOptions, valueOptions } from "./operands.ts";

/** The script for fish 3.1 and newer. */
export function fishScript(): string {
  return `# fish completion for imp, made by: imp completion fish

# The operands before the cursor, the command among them.
function __imp_operands
    set -l words (commandline -opc)
    set -e words[1]
    set -l skip no
    for word in $words
        if test $skip = yes
            set skip no
            continue
        end
        switch $word
            case ${valueOptions().flatMap(spellings).join(" ")}
                set skip yes
            case '-*'
            case '*'
                echo $word
        end
    end
end

function __imp_has_no_command
    test (count (__imp_operands)) -eq 0
end

function __imp_has_command
    set -l operands (__imp_operands)
    test "$operands[1]" = $argv[1]
end

# True if the next operand is the one at that position behind the command, the first being 1.
function __imp_is_at
    set -l operands (__imp_operands)
    test "$operands[1]" = $argv[1]; and test (count $operands) -eq $argv[2]
end

# The generations, by the lines of \`imp list\` that are made for scripts.
function __imp_generations
    set -l words (commandline -opc)
    set -l where
    for index in (seq 2 (count $words))
        switch $words[$index]
            case ${stateOptions().flatMap(spellings).join(" ")}
                set -l next (math $index + 1)
                set -a where $words[$index] (string replace -r '^~' $HOME -- $words[$next])
            case ${stateOptions()
              .map(({ long }) => `'--${long}=*'`)
              .join(" ")}
                set -a where $words[$index]
        end
    end
    command imp $where list --verbose 2>/dev/null |
        string replace -r -f '^ *(\\d+) - (.*)$' '$1\\t$2'
end

complete -c imp -f
${[
  ...[...commandList, helpCommand].map(
    ({ name, summary }) => `complete -c imp -n __imp_has_no_command -a ${name} -d ${quoted(summary)}`,
  ),
  ...globalOptions.map((option) => optionLine(option, null)),
  ...commandList.flatMap(({ name, options }) => options.map((option) => optionLine(option, name))),
  ...operandPlaces().map(operandLine),
].join("\n")}
`;
}

function optionLine(option: OptionSpecification, command: string | null): string {
  const { long, short, help } = option;
  return [
    "complete -c imp",
    ...(command === null ? [] : [`-n '__imp_has_command ${command}'`]),
    ...(short === undefined ? [] : [`-s ${short}`]),
    `-l ${long}`,
    ...valueWords(option),
    `-d ${quoted(help)}`,
  ].join(" ");
}

function valueWords({ value, takes }: OptionSpecification): string[] {
  if (value === undefined) return [];
  if (takes === undefined) return ["-x"];
  if (takes === "file") return ["-r -F"];
  if (takes === "directory") return ["-x -a '(__fish_complete_directories)'"];
  return [`-x -a '${takes.join(" ")}'`];
}

function operandLine({ command, position, repeats, candidates }: OperandPlace): string {
  const condition = repeats ? `__imp_has_command ${command}` : `__imp_is_at ${command} ${position + 1}`;
  const words = candidates === "generations" ? "(__imp_generations)" : candidates.join(" ");
  const order = candidates === "generations" ? " -k" : "";
  return `complete -c imp -n '${condition}'${order} -a '${words}'`;
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
