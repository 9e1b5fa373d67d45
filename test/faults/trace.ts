/** What strace(1) wrote about the first thread of a command: imp does all of its work there. */

/** The system calls that change something; each is struck at every turn. */
export const changingCalls = [
  "chmod",
  "copy_file_range",
  "fchmod",
  "fchmodat",
  "fchown",
  "fchownat",
  "flock",
  "fsetxattr",
  "fsync",
  "ftruncate",
  "ioctl",
  "link",
  "linkat",
  "mkdir",
  "mkdirat",
  "mknodat",
  "mount",
  "mount_setattr",
  "move_mount",
  "open_tree",
  "openat",
  "pwrite64",
  "removexattr",
  "rename",
  "renameat",
  "renameat2",
  "rmdir",
  "setxattr",
  "symlink",
  "symlinkat",
  "sync_file_range",
  "syncfs",
  "umount2",
  "unlink",
  "unlinkat",
  "utimensat",
  "write",
] as const;

/** Calls that only look; when they fail, imp knows less than it has to. (A close(2) that fails closes all the same.) */
export const lookingCalls = [
  "fstatfs",
  "getdents64",
  "getxattr",
  "listxattr",
  "lseek",
  "newfstatat",
  "openat2",
  "pread64",
  "read",
  "readlinkat",
  "statx",
] as const;

export interface TracedCall {
  readonly name: string;
  /** The how manyeth of this name in this thread, from 1. */
  readonly turn: number;
  /** Arguments and result, as strace writes them. */
  readonly text: string;
  readonly injected: boolean;
}

/** All calls of the first thread, in order. */
export function parseTrace(log: string): TracedCall[] {
  const turns = new Map<string, number>();
  const calls: TracedCall[] = [];
  const main = firstThread(log);
  for (const line of log.split("\n")) {
    if (!line.startsWith(`${main} `)) continue;
    const text = line.slice(main.length).trimStart();
    const resumed = calls.at(-1);
    if (resumed !== undefined && text.startsWith(`<... ${resumed.name} resumed>`)) {
      calls[calls.length - 1] = { ...resumed, injected: text.endsWith(injectedMark) };
      continue;
    }
    const [, name = "", rest = ""] = /^(\w+)(\(.*)$/.exec(text) ?? [];
    if (name === "") continue;
    const turn = (turns.get(name) ?? 0) + 1;
    turns.set(name, turn);
    calls.push({ name, turn, text: rest, injected: rest.endsWith(injectedMark) });
  }
  return calls;
}

const injectedMark = "(INJECTED)";

/** Lines begin with the number of the thread, and the first one starts all others. */
function firstThread(log: string): string {
  return /^\d+/.exec(log)?.[0] ?? "";
}

/** How many calls of other threads were struck, which must not be. */
export function strikesElsewhere(log: string): number {
  const main = `${firstThread(log)} `;
  return log.split("\n").filter((line) => line.endsWith(injectedMark) && !line.startsWith(main)).length;
}

/** The calls from the first one on that is about the machine's persistent files: what is before is the runtime's start. */
export function ownWork(calls: readonly TracedCall[]): TracedCall[] {
  const start = calls.findIndex(({ text }) => /"\/?persist/.test(text));
  return start < 0 ? [] : calls.slice(start);
}

const looking: readonly string[] = lookingCalls;

/** False for calls that only look, such as openat(2) without the right to write. */
export function isChanging({ name, text }: TracedCall): boolean {
  if (name === "openat") return /O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE/.test(text);
  // Is it a terminal?
  if (name === "ioctl") return !text.includes("TCGETS");
  return !looking.includes(name);
}

/** What a call is about, without what differs from run to run. */
export function signature({ name, text }: TracedCall): string {
  const stable = text
    .replace(/\) += .*$| <unfinished \.\.\.>$/, "")
    .replaceAll(/"(?:[^"\\]|\\.)*"\.\.\.(, \d+)?/g, "…")
    .replaceAll(/\.imp-[^"]*/g, ".imp-…")
    .replaceAll(/\d{8}_\d{6}/g, "TIME")
    .replaceAll(/\[\{tv_sec.*\]/g, "[…]")
    .replaceAll(/"\d+ \d+ imp [^"]*", \d+/g, "…");
  return `${name}${stable}`;
}
