import { closeSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Generation, Index } from "../model/generation.ts";
import type { Entry } from "../model/manifest.ts";
import { join } from "../model/path.ts";
import { Failure, type Problem } from "../model/problem.ts";
import { createStateDirectory } from "./create-directory.ts";
import type { StateDirectory } from "./directory.ts";
import { sealed, stateFormat } from "./state-file.ts";
import type { StateFile } from "./trouble.ts";
import { worded } from "./trouble-words.ts";

/** State to test with: every kind of entry and effect, and the real directories to keep it in. */

const base = {
  backup: false,
  createParents: true,
  createSources: false,
};

export const exampleEntries: readonly Entry[] = [
  {
    kind: "directory",
    root: "/mnt/persist",
    target: "/var/log",
    source: "/mnt/persist/var/log",
    ...base,
    options: ["noexec", "nosuid"],
    hidden: true,
    user: { name: "root", id: 0 },
    group: { name: "adm", id: 4 },
    mode: "u=rwx,g=rx,o=",
  },
  {
    kind: "linked-file",
    root: "/mnt/persist",
    target: "/etc/with space\nand line",
    source: "/mnt/persist/etc/with space\nand line",
    ...base,
    parentDirectory: { mode: "0755" },
  },
  {
    kind: "bound-file",
    root: "/mnt/persist",
    target: "/etc/not-utf8-\udcff",
    source: "/mnt/persist/etc/not-utf8-\udcff",
    ...base,
    options: ["ro"],
    hidden: false,
  },
];

export function exampleGeneration(number: number): Generation {
  return {
    number,
    createdAt: "2025-11-05T12:00:00.000Z",
    configPath: "/etc/imp/imp.toml",
    configText: '# Überall "Anführung"\n[persistence."/mnt/persist"]\n',
    manifest: { entries: exampleEntries },
  };
}

export const exampleIndex: Index = {
  serial: 1,
  active: 3,
  previous: 1,
  next: 5,
  generations: [1, 3].map((number) => ({
    number,
    createdAt: "2025-11-05T12:00:00.000Z",
    configPath: "/etc/imp/imp.toml",
    entries: 3,
  })),
  effects: [
    { kind: "backup", target: "/etc/hosts", backup: "/etc/hosts.backup.20251105_120000" },
    {
      kind: "created-directory",
      path: "/srv/data",
      identity: { inode: "1234", birth: "1762344000000000000" },
    },
    { kind: "created-file", path: "/srv/file", identity: { inode: "1235", birth: null } },
    { kind: "found", target: "/etc/machine-id" },
  ],
};

/** The text of a state file as imp writes it, but for spaces and line breaks. */
export function fileText(role: StateFile["role"], content: object): string {
  const text = JSON.stringify({ format: stateFormat, ...content }, null, 2);
  return [...sealed(role, [text.slice(0, -"\n}".length)])].join("");
}

/** The same as imp wrote it when the format was 1, and there was no checksum. */
export function olderFileText(content: object): string {
  return `${JSON.stringify({ format: 1, ...content }, null, 2)}\n`;
}

/** Runs `action` in a new directory that is removed afterwards. */
export async function inNewDirectory<T>(action: (path: string) => T | Promise<T>): Promise<T> {
  const path = mkdtempSync(join(tmpdir(), "imp-state-"));
  try {
    return await action(path);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

/** Runs `action` with an open state directory at a new place. */
export async function inNewState<T>(action: (directory: StateDirectory) => T | Promise<T>): Promise<T> {
  return inNewDirectory(async (path) => {
    const directory = createStateDirectory(join(path, "state"), null);
    try {
      return await action(directory);
    } finally {
      closeSync(directory.descriptor);
    }
  });
}

/** The problems that end `action`. Whatever else it throws is a fault of the code under test. */
export function problemsOf(action: () => unknown): readonly Problem[] {
  try {
    action();
  } catch (error) {
    const cause = worded(error);
    if (cause instanceof Failure) return cause.problems;
    throw cause;
  }
  return [];
}

/** The first of {@link problemsOf}. */
export function problemOf(action: () => unknown): Problem {
  const [problem] = problemsOf(action);
  if (problem === undefined) throw new Error("nothing failed");
  return problem;
}
