import { spawn } from "bun";

/** A command that believes a person sits before it. */
export interface TerminalSession {
  /** Presses keys. */
  type(keys: string): void;
  /** All that was written to the terminal so far, escape sequences included. */
  readonly written: string;
  /** Waits until what was written since the last call, without escape sequences, matches; throws after ten seconds. */
  until(pattern: RegExp): Promise<string>;
  readonly exited: Promise<number>;
  /** Waits until the command has ended and all that it wrote has come. Returns its exit code. */
  finish(): Promise<number>;
  end(): Promise<void>;
}

const patience = 10_000;

export function openTerminal(command: readonly string[]): TerminalSession {
  const decoder = new TextDecoder();
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  let written = "";
  let seen = 0;
  const child = spawn([...command], {
    terminal: {
      cols: 100,
      rows: 40,
      data(_, bytes) {
        written += decoder.decode(bytes, { stream: true });
      },
      exit: () => close(),
    },
  });
  return {
    type: (keys) => {
      child.terminal?.write(keys);
    },
    get written() {
      return written;
    },
    async until(pattern) {
      const end = performance.now() + patience;
      for (;;) {
        const fresh = Bun.stripANSI(written.slice(seen));
        if (pattern.test(fresh)) {
          seen = written.length;
          return fresh;
        }
        if (performance.now() > end) throw new Error(`no ${pattern} in: ${JSON.stringify(fresh)}`);
        await Bun.sleep(10);
      }
    },
    exited: child.exited,
    async finish() {
      const exitCode = await child.exited;
      await closed;
      return exitCode;
    },
    async end() {
      child.kill("SIGKILL");
      await child.exited;
      child.terminal?.close();
    },
  };
}
