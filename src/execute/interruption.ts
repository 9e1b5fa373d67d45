import { Failure } from "../model/problem.ts";

/** Ctrl-C, SIGTERM and SIGHUP while the system is being changed: noticed between two steps, and then undone. */
export interface Interruption {
  /** Throws if the person or the system asked to stop. */
  stopIfAsked(): void;
  /** True if it is long since signals were let in. */
  isPauseDue(): boolean;
  /** Lets signals in. */
  pause(): Promise<void>;
  /** Gives signals their usual effect back. */
  end(): void;
}

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 143 } as const;
type Signal = keyof typeof signals;

/** A signal handler runs only when the event loop turns; that often is soon enough for a person. Milliseconds. */
const longestDeafness = 50;

export function watchForInterruption(): Interruption {
  let asked: Signal | null = null;
  let lastPause = performance.now();
  const listeners = (Object.keys(signals) as Signal[]).map((signal) => {
    const listener = () => {
      asked ??= signal;
    };
    process.on(signal, listener);
    return { signal, listener };
  });

  return {
    stopIfAsked() {
      if (asked === null) return;
      throw new Failure(signals[asked], [
        { severity: "error", message: `stopped by ${asked}; nothing changed` },
      ]);
    },
    isPauseDue() {
      return performance.now() - lastPause >= longestDeafness;
    },
    async pause() {
      await turnOfTheEventLoop();
      lastPause = performance.now();
    },
    end() {
      for (const { signal, listener } of listeners) process.off(signal, listener);
    },
  };
}

/** Lets everything in that waits for the event loop, signals above all. Without a module of the runtime's to load. */
export function turnOfTheEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
