import { spawnSync } from "node:child_process";

export interface ProgramOptions {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Runs a program to its end, its output in this one's. No shell reads the words. Returns its exit code. */
export function runProgram(program: string, words: readonly string[], options: ProgramOptions): number {
  const { cwd, environment } = options;
  const { status, error } = spawnSync(program, words, {
    cwd,
    env: environment,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (error !== undefined) throw error;
  return status ?? 1;
}

/** As {@link runProgram}, but returns what it prints, and throws if it fails. */
export function readProgram(program: string, words: readonly string[], options: ProgramOptions): string {
  const { cwd, environment } = options;
  const result = spawnSync(program, words, {
    cwd,
    env: environment,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 1024 ** 3,
  });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) throw new Error(`exit code ${result.status} from: ${program} ${words.join(" ")}`);
  return result.stdout;
}
