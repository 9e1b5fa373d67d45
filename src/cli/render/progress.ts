import type { Progress } from "../../execute/step-context.ts";
import type { CommandContext } from "../context.ts";
import { printable } from "./printable.ts";
import { describeStep } from "./step.ts";

/** What is going on, on one line. */
export function progressText(progress: Progress): string {
  switch (progress.kind) {
    case "step":
      return `step ${progress.done + 1} of ${progress.total}: ${describeStep(progress.step)}`;
    case "copy": {
      const { from, files, bytes } = progress;
      return `copying ${printable(from)}: ${grouped(files)} ${files === 1 ? "file" : "files"}, ${inUnits(bytes)}`;
    }
    case "sync":
      return `writing ${printable(progress.to)} to the disk: ${inUnits(progress.bytes)}`;
    case "undo":
      return "putting everything back";
  }
}

/** @param holder another imp that has the lock, as it says of itself; null if it says nothing */
export function waitingText(holder: string | null): string {
  return `waiting for another imp${holder === null ? "" : `: pid ${printable(holder)}`}`;
}

/** `1,234,567` */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

const units = ["bytes", "kB", "MB", "GB", "TB"];

/** `1.2 GB`, in powers of 1000 as disks are told. */
export function inUnits(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  // What would be rounded up to 1000 belongs to the next unit.
  while (amount >= 999.95 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? amount : amount.toFixed(1)} ${units[unit]}`;
}

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
