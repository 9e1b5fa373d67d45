import type { Host } from "./context.ts";
import type { Stream } from "./terminal.ts";

/** A host that remembers what was written, and answers as it is told. */
export interface RecordingHost extends Host {
  readonly written: { readonly out: string; readonly err: string };
}

export interface HostSettings {
  readonly environment?: Readonly<Record<string, string>>;
  readonly terminals?: readonly (Stream | "in")[];
  /** What the person types. */
  readonly answers?: readonly string[];
  readonly trouble?: string;
  readonly workingDirectory?: string;
  /** What both streams go to. */
  readonly identity?: string;
}

export function recordingHost(settings: HostSettings = {}): RecordingHost {
  const written = { out: "", err: "" };
  const answers = [...(settings.answers ?? [])];
  return {
    written,
    environment: settings.environment ?? {},
    workingDirectory: () => settings.workingDirectory ?? "/",
    terminal: {
      write(stream, text) {
        written[stream] += text;
      },
      trouble: settings.trouble ?? null,
      identity: () => settings.identity ?? null,
      isTerminal: (stream) => settings.terminals?.includes(stream) ?? false,
      readLine: async () => answers.shift() ?? null,
    },
  };
}
