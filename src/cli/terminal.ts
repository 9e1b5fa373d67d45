import { isSystemError } from "../linux/ffi.ts";
import { isTerminal, writeSome } from "../linux/file-io.ts";
import { isOpenDescriptor, statDescriptor } from "../linux/stat.ts";
import { deviceNumber } from "../linux/stat-words.ts";

/** Where a command's words go and answers come from. The tests have one of their own. */
export interface Terminal {
  write(stream: Stream, text: string): void;
  /** Why the output is not complete, or null if it is. */
  readonly trouble: string | null;
  isTerminal(stream: Stream | "in"): boolean;
  /** `device:inode` of what the stream goes to, in decimal; null if it is closed. */
  identity(stream: Stream): string | null;
  /** The next line that a person types; null at the end of the input. */
  readLine(): Promise<string | null>;
}

export type Stream = "out" | "err";

const descriptors = { in: 0, out: 1, err: 2 } as const;

/**
 * The terminal, pipes or files that this process was started with.
 *
 * They are written with plain write(2) calls, because the runtime's own streams make a pipe non-blocking for everybody
 * who shares it, and cost 7 ms to load. A failed write never throws: a command must not stop halfway because nobody
 * reads what it says.
 */
export function processTerminal(): Terminal {
  // A closed descriptor could come to stand for a file that imp opens: never write to that.
  const open = { out: isOpenDescriptor(descriptors.out), err: isOpenDescriptor(descriptors.err) };
  let trouble: string | null = null;
  return {
    write(stream, text) {
      if (!open[stream]) return;
      const error = writeAll(descriptors[stream], text);
      if (error === null) return;
      open[stream] = false;
      // EPIPE: the reader has seen enough, as in `imp list | head -1`.
      if (stream === "out" && error !== "EPIPE") trouble = error;
    },
    get trouble() {
      return trouble;
    },
    isTerminal: (stream) => isTerminal(descriptors[stream]),
    identity(stream) {
      if (!open[stream]) return null;
      const { device, inode } = statDescriptor(descriptors[stream]);
      return `${deviceNumber(device)}:${inode}`;
    },
    readLine,
  };
}

/** Writes everything; returns the code of the error that prevented it, or null. */
function writeAll(descriptor: number, text: string): string | null {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSome(descriptor, bytes.subarray(written));
    } catch (error) {
      const code = isSystemError(error) ? error.code : "EIO";
      if (code !== "EAGAIN") return code;
      // Someone else made the pipe non-blocking, and it is full.
      Bun.sleepSync(1);
    }
  }
  return null;
}

async function readLine(): Promise<string | null> {
  for await (const line of console) return line;
  return null;
}
