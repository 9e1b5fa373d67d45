import { type Command, commandList, globalOptions, helpCommand } from "../../program.ts";
import type { OptionSpecification } from "../../specification.ts";
import { operandPlaces, spellings, stateOptions } from "./operands.ts";

/** The script for zsh: to be sourced after compinit, or as a file _imp in a folder of $fpath. */
export function zshScript(): string {
  return `#compdef imp
# zsh completion for imp, made by: imp completion zsh

# The generations, by the lines of \`imp list\` that are made for scripts.
_imp_generations() {
    local -a generations
    local number rest
    while read -r number rest; do
        if [[ $number == <-> ]]; then generations+=("$number:\${rest#- }"); fi
    done < <(command imp $where list --verbose 2>/dev/null)
    _describe -V generation generations
}

_imp_commands() {
    local -a commands=(
${[...commandList, helpCommand].map(({ name, summary }) => `        ${quoted(`${name}:${summary}`)}`).join("\n")}
    )
    _describe command commands
}

_imp() {
    local curcontext=$curcontext line state state_descr context i
    local -a where
    typeset -A opt_args
    for ((i = 2; i < CURRENT; i++)); do
        case $words[i] in
        (${stateOptions().flatMap(spellings).join("|")}) where+=($words[i] "\${\${(Q)words[i+1]}/#\\~/$HOME}") ;;
        (${stateOptions()
          .map(({ long }) => `--${long}=*`)
          .join("|")}) where+=("\${(Q)words[i]}") ;;
        esac
    done
    local -a globals=(
${globalOptions.flatMap(optionSpecs).map(indented).join("\n")}
    )
    _arguments -C -s -S $globals '1:command:_imp_commands' '*::argument:->command' && return
    [[ $state == command ]] || return
    case $words[1] in
${commandList.map(commandCase).join("\n")}
    (${helpCommand.name}) _arguments -s -S $globals '1:command:_imp_commands' ;;
    esac
}

if [[ $funcstack[1] == _imp ]]; then
    _imp "$@"
else
    compdef _imp imp
fi
`;
}

function commandCase({ name, options }: Command): string {
  const specs = [...options.flatMap(optionSpecs), ...operandSpecs(name)];
  return `    (${name}) _arguments -s -S $globals${specs.map((spec) => ` \\\n        ${spec}`).join("")} ;;`;
}

/** One for each spelling; they exclude each other. */
function optionSpecs(option: OptionSpecification): string[] {
  const { long, short, value, help } = option;
  const exclusive = `(${spellings(option).join(" ")})`;
  const text = `[${help.replace(/[[\]\\]/g, "\\$&")}]`;
  if (value === undefined) {
    return spellings(option).map((spelling) => quoted(`${exclusive}${spelling}${text}`));
  }
  const argument = `:${value}:${valueAction(option)}`;
  return [
    ...(short === undefined ? [] : [quoted(`${exclusive}-${short}+${text}${argument}`)]),
    quoted(`${exclusive}--${long}=${text}${argument}`),
  ];
}

function valueAction({ takes }: OptionSpecification): string {
  if (takes === undefined) return " ";
  if (takes === "file") return "_files";
  if (takes === "directory") return "_files -/";
  return `(${takes.join(" ")})`;
}

function operandSpecs(command: string): string[] {
  return operandPlaces()
    .filter((place) => place.command === command)
    .map(({ position, repeats, candidates, name }) => {
      const action = candidates === "generations" ? "_imp_generations" : `(${candidates.join(" ")})`;
      return quoted(`${repeats ? "*" : position + 1}:${name}:${action}`);
    });
}

function indented(spec: string): string {
  return `        ${spec}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
