import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Index } from "../../model/generation.ts";
import { exampleGeneration } from "../../state/example-state.fixture.ts";
import { commit, withLockedStore } from "../../state/store.ts";
import { type HostSettings, recordingHost } from "../recording-host.fixture.ts";
import { runProgram } from "../run.ts";

/** What a command printed and returned. */
export interface Printed {
  readonly out: string;
  readonly err: string;
  readonly exitCode: number;
}

export interface Place {
  /** A folder to keep files in: the working directory of the commands. */
  readonly folder: string;
  readonly state: string;
  readonly imp: (words: readonly string[], settings?: HostSettings) => Promise<Printed>;
}

/** Runs `action` in an empty place, where `imp` finds no state and no configuration yet. */
export async function inNewPlace<T>(action: (place: Place) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "imp-commands-"));
  try {
    return await action({
      folder,
      state: join(folder, "state"),
      imp: async (words, settings) => {
        const environment = { HOME: folder, XDG_DATA_HOME: join(folder, "data"), ...settings?.environment };
        const host = recordingHost({ workingDirectory: folder, ...settings, environment });
        const exitCode = await runProgram(words, host);
        return { ...host.written, exitCode };
      },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Records generations of these numbers; the last of them is active, the first was before. */
export async function record(state: string, numbers: readonly number[]): Promise<void> {
  const request = { waitMilliseconds: 0, command: "test" };
  await withLockedStore({ path: state, trusted: null }, request, (store) => {
    const generations = numbers.map(exampleGeneration);
    for (const [index, generation] of generations.entries()) {
      commit(store, indexOf(generations.slice(0, index + 1)), generation);
    }
  });
}

function indexOf(generations: readonly ReturnType<typeof exampleGeneration>[]): Index {
  const numbers = generations.map(({ number }) => number);
  const active = numbers.at(-1) ?? null;
  return {
    serial: 1,
    active,
    previous: numbers.length > 1 ? (numbers[0] ?? null) : null,
    next: (active ?? 0) + 1,
    generations: generations.map(({ number, createdAt, configPath, manifest }) => ({
      number,
      createdAt,
      configPath,
      entries: manifest.entries.length,
    })),
    effects: [],
  };
}
