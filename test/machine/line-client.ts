import type { QueryingClient } from "./database.ts";
import type { Machine, RunOptions } from "./machine.ts";

/** A program that reads statements from its input and answers each with a line. Disposing of it kills it. */
export interface LineClient extends AsyncDisposable {
  /** Sends a statement that is answered with one line, and returns that. */
  ask(statement: string): Promise<string>;
  /** Sends what is not answered. */
  tell(statement: string): void;
  /** Ends the input, and waits for the program. Throws if it fails. */
  end(): Promise<void>;
}

export function startLineClient(
  machine: Machine,
  command: readonly string[],
  options: RunOptions = {},
): LineClient {
  const child = machine.start(command, options);
  const lines = linesOf(child.stdout);
  const tell = (statement: string) => {
    child.stdin.write(`${statement}\n`);
    child.stdin.flush();
  };
  return {
    tell,
    async ask(statement) {
      tell(statement);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${command[0]} ended: ${await new Response(child.stderr).text()}`);
      return value;
    },
    async end() {
      child.stdin.end();
      const errors = await new Response(child.stderr).text();
      if ((await child.exited) !== 0 || errors !== "") throw new Error(`${command[0]} failed: ${errors}`);
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/** Runs `query`, a shell command that prints one line, again and again, each time as a new process. */
export function startRepeating(machine: Machine, query: string, options: RunOptions = {}): QueryingClient {
  const stopFile = `/tmp/stop-${crypto.randomUUID()}`;
  const script = `while [ ! -e ${stopFile} ]; do ${query} || echo "exit code $?" >&2; done`;
  const child = machine.start(["sh", "-c", script], options);
  const answers: string[] = [];
  const reading = (async () => {
    for await (const line of linesOf(child.stdout)) answers.push(line);
  })();
  const errors = new Response(child.stderr).text();
  return {
    answered: () => answers.length,
    async stop() {
      await machine.sh(`touch ${stopFile}`);
      await Promise.all([child.exited, reading]);
      return { answers, errors: await errors };
    },
  };
}
