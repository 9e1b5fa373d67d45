import type { Problem } from "../model/problem.ts";
import type { GlobalOptions } from "./global-options.ts";
import { progressLine } from "./progress-line.ts";
import { type JsonObject, withWarnings } from "./render/json.ts";
import { noPaint, type Paint, terminalPaint } from "./render/paint.ts";
import { renderProblem, renderProblems } from "./render/problem.ts";
import type { Stream, Terminal } from "./terminal.ts";

/** What a command returns for the shell; failures are thrown instead (`Failure`). */
export type CommandResult = 0 | 1;

/**
 * All that a command knows of the world that called it. Each command says its result twice, with {@link out} and with
 * {@link json}; one of the two comes out, so no command has to ask which.
 */
export interface CommandContext {
  readonly global: GlobalOptions;
  /** All words behind the program's name. */
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Throws if the directory was removed. */
  readonly workingDirectory: () => string;
  /** For the lines of `out`. */
  readonly paint: Paint;
  /** The result, to stdout; nothing with `--json`. */
  out(lines: readonly string[]): void;
  /** What a person likes to know and a script does not need, to stdout; nothing with `--json` or `--quiet`. */
  note(lines: readonly string[]): void;
  /** To stderr. */
  err(lines: readonly string[]): void;
  /** To stderr; with `--json` the warnings among them come out with the object, so they have to be reported before it. */
  report(problems: readonly Problem[]): void;
  /** The command's one object, to stdout; not even made without `--json`. */
  json(object: () => JsonObject): void;
  /**
   * What is going on, on stderr: a line that comes if a command takes long, and goes before anything else is written.
   * Only on a terminal, and not with `--quiet` or `--json`.
   * @param atOnce nothing will be heard for long
   */
  showProgress(text: () => string, atOnce: boolean): void;
  /** True if a person reads the lines of `out` on a terminal; scripts read the others. */
  readonly isForPeople: boolean;
  /** True if a person sits at stdin. */
  readonly isTerminal: boolean;
  /** Asks on stderr; null if the input ends without an answer. */
  ask(question: string): Promise<string | null>;
}

/** What a context is made of. */
export interface Host {
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: () => string;
}

export function createContext(global: GlobalOptions, words: readonly string[], host: Host): CommandContext {
  const { terminal, environment } = host;
  const reported: Problem[] = [];
  const begin = performance.now();
  const progress = progressLine({
    isWanted: () =>
      !global.quiet && !global.json && environment["TERM"] !== "dumb" && terminal.isTerminal("err"),
    write: (text) => terminal.write("err", text),
    elapsed: () => performance.now() - begin,
  });
  const write = (stream: Stream, lines: readonly string[]) => {
    progress.erase();
    if (lines.length > 0) terminal.write(stream, `${lines.join("\n")}\n`);
  };
  return {
    global,
    words,
    environment,
    workingDirectory: host.workingDirectory,
    get paint() {
      return isColourful("out", global, host) ? terminalPaint : noPaint;
    },
    out: (lines) => {
      if (!global.json) write("out", lines);
    },
    note: (lines) => {
      if (!global.json && !global.quiet) write("out", lines);
    },
    err: (lines) => write("err", lines),
    report: (problems) => {
      if (global.json) reported.push(...problems);
      else if (isJournal(host)) write("err", problems.flatMap(journalLines));
      else write("err", renderProblems(problems, isColourful("err", global, host)));
    },
    json: (object) => {
      if (global.json) write("out", [JSON.stringify(withWarnings(object(), reported))]);
    },
    showProgress: progress.show,
    get isForPeople() {
      return !global.json && terminal.isTerminal("out");
    },
    get isTerminal() {
      return terminal.isTerminal("in");
    },
    ask: (question) => {
      progress.erase();
      terminal.write("err", `${question} `);
      return terminal.readLine();
    },
  };
}

/** True if stderr goes to systemd's journal: it says which file that is (systemd.exec(5), `$JOURNAL_STREAM`). */
function isJournal({ environment, terminal }: Host): boolean {
  const journal = environment["JOURNAL_STREAM"];
  return journal !== undefined && terminal.identity("err") === journal;
}

/** Each line is a record of its own there, so each carries its priority (sd-daemon(3)): 3 is an error, 4 a warning. */
function journalLines(problem: Problem): string[] {
  const priority = problem.severity === "error" ? "<3>" : "<4>";
  return renderProblem(problem, false).map((line) => priority + line);
}

/** Colour only on a terminal, and not against https://no-color.org. */
export function isColourful(
  stream: Stream,
  { color }: GlobalOptions,
  { environment, terminal }: Host,
): boolean {
  if (color !== "auto") return color === "always";
  if ((environment["NO_COLOR"] ?? "") !== "" || environment["TERM"] === "dumb") return false;
  return terminal.isTerminal(stream);
}
