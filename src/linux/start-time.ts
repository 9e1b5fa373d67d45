import { readByPath } from "./whole-file.ts";

/**
 * When the process `pid` started, in clock ticks since the boot (field 22 of `/proc/PID/stat`, proc_pid_stat(5)).
 * Together with the pid it names a process for good, since pids are used again. Null if there is no such process here.
 */
export function startTime(pid: number): string | null {
  let text: string;
  try {
    text = new TextDecoder("latin1").decode(readByPath(`/proc/${pid}/stat`));
  } catch {
    return null;
  }
  // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields[19] ?? null;
}
