import { commandList, globalOptions, helpCommand } from "../../program.ts";
import type { OptionSpecification } from "../../specification.ts";
import { type OperandPlace, operandPlaces, spellings, stateOptions, valueOptions } from "./operands.ts";

/**
 * The script for bash 4.4 and newer; it does without the package bash-completion. Readline itself completes paths, so
 * spaces and `~` in them are right.
 */
export function bashScript(): string {
  return `# bash completion for imp, made by: imp completion bash

# The numbers of the generations, by the lines of \`imp list\` that are made for scripts.
_imp_generations() {
    local number rest
    while read -r number rest; do
        if [[ $number =~ ^[0-9]+$ ]]; then printf '%s\\n' "$number"; fi
    done < <(command imp "$@" list 2>/dev/null)
}

_imp() {
    local cur=\${COMP_WORDS[COMP_CWORD]} option= prefix= command= operands=0 word value i
    local -a where=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=\${COMP_WORDS[i]}
        if [[ -n $option ]]; then
            # Bash takes --option=value for three words.
            [[ $word == = ]] && continue
            value=\${word/#\\~/$HOME}
            case $option in
            ${patterns(stateOptions())}) where+=("$option" "$value") ;;
            esac
            option=
            continue
        fi
        case $word in
        ${patterns(valueOptions())}) option=$word ;;
        ${inlinePatterns(stateOptions())}) where+=("$word") ;;
        -*) ;;
        *) if [[ -z $command ]]; then command=$word; else operands=$((operands + 1)); fi ;;
        esac
    done
    if [[ -z $option && $cur == --*=* ]]; then
        # For those who took the = out of COMP_WORDBREAKS.
        option=\${cur%%=*} prefix=\${cur%%=*}=
        cur=\${cur#*=}
    elif [[ -n $option && $cur == = ]]; then
        cur=
    fi

    local candidates=
    case $option in
    '') ;;
${valueOptions().map(valueCase).join("\n")}
    *) return ;;
    esac
    if [[ -n $option ]]; then
        :
    elif [[ $cur == -* ]]; then
        candidates='${allSpellings(globalOptions)}'
        case $command in
${commandList
  .filter(({ options }) => options.length > 0)
  .map(optionCase)
  .join("\n")}
        esac
    elif [[ -z $command ]]; then
        candidates='${[...commandList, helpCommand].map(({ name }) => name).join(" ")}'
    else
        case $command:$operands in
${operandPlaces().map(operandCase).join("\n")}
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$candidates" -- "$cur")
}

complete -F _imp imp
`;
}

function patterns(options: readonly OptionSpecification[]): string {
  return options.flatMap(spellings).join(" | ");
}

function inlinePatterns(options: readonly OptionSpecification[]): string {
  return options.map(({ long }) => `--${long}=*`).join(" | ");
}

function allSpellings(options: readonly OptionSpecification[]): string {
  return options.flatMap(spellings).join(" ");
}

function valueCase(option: OptionSpecification): string {
  return `    ${patterns([option])}) ${valueAction(option)} ;;`;
}

function valueAction({ takes }: OptionSpecification): string {
  if (takes === undefined) return "return";
  if (takes === "file") return "compopt -o default && return";
  if (takes === "directory") return "compopt -o dirnames && return";
  return `candidates='${takes.join(" ")}'`;
}

function optionCase({
  name,
  options,
}: {
  readonly name: string;
  readonly options: readonly OptionSpecification[];
}): string {
  return `        ${name}) candidates+=' ${allSpellings(options)}' ;;`;
}

function operandCase({ command, position, repeats, candidates }: OperandPlace): string {
  const pattern = `${command}:${repeats ? "*" : position}`;
  return candidates === "generations"
    ? `        ${pattern}) candidates=$(_imp_generations "\${where[@]}") ;;`
    : `        ${pattern}) candidates='${candidates.join(" ")}' ;;`;
}
