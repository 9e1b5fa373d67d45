import type { Progress } from "../execute/step-context.ts";
import type { CommandContext } from "./context.ts";
import { progressText, waitingText } from "./render/progress.ts";

/** A disk may take long for this many bytes, and nothing is heard meanwhile. */
const longSync = 32e6;

/** Shows how far a command is, if it takes long. */
export function watcher({ showProgress }: CommandContext): (progress: Progress) => void {
  return (progress) => {
    const isSilence = progress.kind === "sync" && progress.bytes >= longSync;
    showProgress(() => progressText(progress), isSilence);
  };
}

/** Shows for whom a command waits. */
export function waitingWatcher({ showProgress }: CommandContext): (holder: string | null) => void {
  return (holder) => showProgress(() => waitingText(holder), false);
}
