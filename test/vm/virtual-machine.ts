import { readFileSync } from "node:fs";
import { type Subprocess, spawn } from "bun";

/** What a script printed, on both streams, and its exit code. */
export interface Answer {
  readonly exitCode: number;
  readonly output: string;
}

/** A machine with systemd as its first process, from its start until it is switched off. Only `/persist` outlives that. */
export interface VirtualMachine extends AsyncDisposable {
  /** Runs a shell script as root, with `sh -eu`. */
  run(script: string): Promise<Answer>;
  /** Runs a shell script; throws if it fails. Returns what it printed. */
  sh(script: string): Promise<string>;
  /** Waits until systemd has started what it is going to start. Returns its verdict, such as `running`. */
  settled(): Promise<string>;
  /** Shuts down as a person would. Returns how long that took, in milliseconds. */
  powerOff(): Promise<number>;
  /** Cuts the power: at once, and nothing is told. */
  cut(): Promise<void>;
  /** What the console has shown until now. */
  console(): string;
}

/** A program that is a machine: its stdin and stdout lead to the machine's agent, its stderr shows what goes wrong. */
type Host = Subprocess<"pipe", "pipe", "pipe">;

const bootSeconds = 120;
const scriptSeconds = 120;

export interface HostOptions {
  /** Where the console's output goes, if not to stderr. */
  readonly consoleFile?: string;
  /** Called when all processes of the machine are gone. */
  readonly release?: () => void;
}

/** Starts a machine, and waits until its agent (`machine/usr/local/lib/imp-test/agent`) answers. */
export async function startMachine(
  command: readonly string[],
  { consoleFile, release }: HostOptions,
): Promise<VirtualMachine> {
  // A test that was broken off leaves no machine behind.
  const host = spawn(["setpriv", "--pdeathsig", "KILL", ...command], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const agent = linesOf(host);
  let shown = "";
  const console = () => (consoleFile === undefined ? shown : readFileSync(consoleFile, "utf8") + shown);
  const whole = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of host.stderr) shown += decoder.decode(chunk, { stream: true });
  })();

  /** Resolves when every process of the machine is gone: stderr stays open for the last one. */
  const gone = Promise.all([host.exited, whole]).then(release);

  async function cut(): Promise<void> {
    host.kill("SIGKILL");
    await gone;
  }

  /** The promise's value; if it takes too long, the machine is cut, and the error shows the console. */
  async function within<Value>(seconds: number, what: string, promise: Promise<Value>): Promise<Value> {
    let timer: Timer | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`took more than ${seconds} s`)), seconds * 1000);
    });
    try {
      return await Promise.race([promise, timeout]);
    } catch (error) {
      await cut();
      throw new Error(
        `${what}: ${error}; the console's last lines:\n${console().split("\n").slice(-40).join("\n")}`,
      );
    } finally {
      clearTimeout(timer);
    }
  }

  async function answer(): Promise<string> {
    const { value, done } = await agent.next();
    if (done === true) throw new Error("the machine ended");
    return value;
  }

  function tell(script: string): void {
    host.stdin.write(`${Buffer.from(script).toString("base64")}\n`);
    host.stdin.flush();
  }

  async function run(script: string): Promise<Answer> {
    tell(script);
    const [exitCode, output = ""] = (await within(scriptSeconds, script, answer())).split(" ");
    return { exitCode: Number(exitCode), output: Buffer.from(output, "base64").toString() };
  }

  await within(bootSeconds, "the boot", answer());
  return {
    run,
    cut,
    async sh(script) {
      const { exitCode, output } = await run(script);
      if (exitCode !== 0) throw new Error(`exit code ${exitCode} from: ${script}\n${output}`);
      return output;
    },
    // It ends with an exit code for every state but `running`.
    settled: async () => (await run("systemctl is-system-running --wait")).output.trim(),
    async powerOff() {
      const started = performance.now();
      // There may be no last answer: the agent ends with the machine.
      tell("systemctl poweroff");
      await within(bootSeconds, "the shutdown", gone);
      return performance.now() - started;
    },
    console,
    [Symbol.asyncDispose]: cut,
  };
}

async function* linesOf(host: Host): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of host.stdout) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
