import { runProgram } from "./cli/run.ts";
import { processTerminal } from "./cli/terminal.ts";

const exitCode = await runProgram(process.argv.slice(2), {
  terminal: processTerminal(),
  environment: process.env,
  workingDirectory: () => process.cwd(),
});
process.exit(exitCode);
