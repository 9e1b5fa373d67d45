import { spawn } from "bun";

export interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs a program to its end. Returns what it printed; throws, with all that it said, if it fails. */
export async function requireSuccess(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const child = spawn([...command], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.environment },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (exitCode !== 0) throw new Error(`exit code ${exitCode} from: ${command.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}
