import type { ExitMeaning, OptionSpecification } from "./specification.ts";

/* What belongs to no single command. */

/** What imp is for, in a sentence. */
export const purpose =
  "imp keeps chosen directories and files of an ephemeral Linux root on a persistent filesystem, in numbered " +
  "generations.";

/** Options of every command; they also work before the command. */
export const globalOptions = [
  { long: "config", short: "c", value: "FILE", takes: "file", help: "the configuration (default: imp.toml)" },
  { long: "state-dir", value: "DIRECTORY", takes: "directory", help: "where the generations are kept" },
  { long: "json", help: "print one JSON object, and nothing else" },
  { long: "quiet", short: "q", help: "print results and problems only" },
  { long: "verbose", short: "v", help: "print more details, such as each step" },
  {
    long: "color",
    value: "WHEN",
    takes: ["auto", "always", "never"],
    help: "auto (default), always or never",
  },
  { long: "no-color", help: "the same as --color never" },
  { long: "wait", value: "SECONDS", help: "how long to wait for another imp (default: 10)" },
  { long: "version", short: "V", help: "print the version" },
  { long: "help", short: "h", help: "print this help" },
] as const satisfies readonly OptionSpecification[];

/** Explains the program itself, so it has no module. */
export const helpCommand = {
  name: "help",
  summary: "Explain imp or one of its commands",
} as const;

export const exitMeanings: readonly ExitMeaning[] = [
  { code: 0, meaning: "done, or nothing to do" },
  { code: 1, meaning: "failed or refused, and nothing changed" },
  { code: 2, meaning: "wrong usage or configuration" },
];
