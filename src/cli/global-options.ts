import type { Problem } from "../model/problem.ts";
import { allOptions, type GivenOption, isGiven, lastGiven, type Words } from "./words.ts";

/** What a person can say to every command. */
export interface GlobalOptions {
  /** As given: relative to the working directory. */
  readonly config: string | null;
  /** As given: relative to the working directory. */
  readonly stateDirectory: string | null;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: "auto" | "always" | "never";
  /** How long to wait for another imp, in seconds. */
  readonly wait: number;
}

/**
 * Reads them as far as they can be read; what is wrong is added to `problems`. So even a usage error comes out as
 * `--json` and `--color` want it.
 */
export function readGlobalOptions(words: Words, problems: Problem[]): GlobalOptions {
  const value = (name: string) => optionValue(words, name, problems);
  return {
    config: value("config"),
    stateDirectory: value("state-dir"),
    json: isGiven(words, "json"),
    quiet: isGiven(words, "quiet"),
    verbose: isGiven(words, "verbose"),
    color: readColor(value("color"), isGiven(words, "no-color"), problems),
    wait: readSeconds(value("wait"), problems),
  };
}

/** The value of an option that takes one, as it was given last; null if it was not given. */
export function optionValue(words: Words, name: string, problems: Problem[]): string | null {
  const option = lastGiven(words, name);
  return option === null ? null : readValue(option, problems);
}

/** A word that looks like an option is no value, unless it is joined with `=`; what looks like a number is judged later. */
function readValue(option: GivenOption, problems: Problem[]): string | null {
  const { value, inline } = option;
  if (value !== undefined && value !== "") {
    if (inline || !value.startsWith("-") || /^-[\d.]/.test(value)) return value;
  }
  const name = allOptions().find((candidate) => candidate.long === option.name)?.value ?? "VALUE";
  const message = `${option.written} needs a value`;
  problems.push({ severity: "error", message, help: `write \`--${option.name} ${name}\`` });
  return null;
}

function readColor(text: string | null, switchedOff: boolean, problems: Problem[]): GlobalOptions["color"] {
  if (text !== null && text !== "auto" && text !== "always" && text !== "never") {
    const help = "write `--color auto`, `--color always` or `--color never`";
    problems.push({ severity: "error", message: `--color does not know \`${text}\``, help });
    return "auto";
  }
  return switchedOff ? "never" : (text ?? "auto");
}

const defaultWait = 10;

function readSeconds(text: string | null, problems: Problem[]): number {
  if (text === null) return defaultWait;
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Number(text);
  const message = `--wait needs a number of seconds, and \`${text}\` is none`;
  problems.push({
    severity: "error",
    message,
    help: "write for example `--wait 10`, or `--wait 0` not to wait",
  });
  return defaultWait;
}
