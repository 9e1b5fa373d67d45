import { version } from "../../package.json";
import { type CommandLine, parseCommandLine } from "./arguments.ts";
import { type CommandContext, createContext, type Host } from "./context.ts";
import { explain } from "./explain.ts";
import { start } from "./load.ts";
import { commandHelpLines, overviewLines } from "./render/help.ts";
import { failureJson } from "./render/json.ts";

/**
 * Does what the words after the program's name ask for.
 * @returns the exit code; nothing is thrown
 */
export async function runProgram(words: readonly string[], host: Host): Promise<number> {
  const commandLine = parseCommandLine(words);
  const context = createContext(commandLine.global, words, host);
  try {
    const exitCode = await answer(commandLine, context);
    return complain(host, context) ? Math.max(exitCode, 1) : exitCode;
  } catch (error) {
    const { exitCode, problems } = await explain(error, commandLine.global.verbose);
    context.json(() => failureJson(commandName(commandLine), exitCode, problems));
    context.report(problems);
    return exitCode;
  }
}

async function answer({ request }: CommandLine, context: CommandContext): Promise<number> {
  switch (request.kind) {
    case "run":
      return start(request.command, context, request.input);
    case "help": {
      const { command } = request;
      const lines = command === null ? overviewLines() : commandHelpLines(command);
      context.out(lines);
      context.json(() => ({ ok: true, command: command?.name ?? null, help: lines.join("\n") }));
      return 0;
    }
    case "version":
      context.out([`imp ${version}`]);
      context.json(() => ({ ok: true, command: null, version }));
      return 0;
    case "nothing":
      context.err(overviewLines());
      return 2;
    case "wrong":
      throw request.failure;
  }
}

function commandName({ request }: CommandLine): string | null {
  return request.kind === "run" || request.kind === "wrong" ? request.command : null;
}

/** True if some of the result did not come through, which a script has to learn. */
function complain({ terminal }: Host, context: CommandContext): boolean {
  if (terminal.trouble === null) return false;
  const message = `the output is not complete: it could not be written (${terminal.trouble})`;
  context.report([{ severity: "error", message, help: "the command itself did its work" }]);
  return true;
}
