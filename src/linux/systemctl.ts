import { isSystemError } from "./ffi.ts";
import { closeDescriptor } from "./open.ts";
import { openDirectory } from "./open-directory.ts";

/** True if systemd is the init of this machine and at work (sd_booted(3)). */
export function isSystemdRunning(): boolean {
  const found = openDirectory("/run/systemd/system");
  if (found.kind === "open") closeDescriptor(found.descriptor);
  return found.kind === "open";
}

/** What systemctl printed, or why it did not do what it was to do. */
export type Answer =
  | { readonly kind: "done"; readonly output: string }
  | { readonly kind: "failed"; readonly reason: string };

/** Runs systemctl(1), which asks no questions. */
export function systemctl(...words: readonly string[]): Answer {
  try {
    const { exitCode, stdout, stderr } = Bun.spawnSync(["systemctl", "--no-ask-password", ...words], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    if (exitCode === 0) return { kind: "done", output: stdout.toString() };
    return { kind: "failed", reason: stderr.toString().trim() || `exit code ${exitCode}` };
  } catch (error) {
    if (isSystemError(error) || !(error instanceof Error)) throw error;
    return { kind: "failed", reason: error.message };
  }
}
