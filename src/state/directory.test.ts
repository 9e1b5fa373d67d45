import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { lacks, need } from "../../test/requirement.ts";
import { join } from "../model/path.ts";
import { createStateDirectory } from "./create-directory.ts";
import { openStateDirectory } from "./directory.ts";
import { replaceFile } from "./durable-file.ts";
import { exampleGeneration, inNewDirectory, problemOf } from "./example-state.fixture.ts";
import { generationPath, writeGenerationFiles } from "./generation-file.ts";
import { acquireLock } from "./lock.ts";

const isRoot = process.getuid?.() === 0;
const caller = 4321;
const stranger = 4322;
const trusted = { users: [0, caller], groups: [0, caller] };

describe("the state directory", () => {
  test("is none if it does not exist, and looking does not create it", () =>
    inNewDirectory((base) => {
      expect(openStateDirectory(join(base, "a/b"), null)).toBeNull();
      expect(existsSync(join(base, "a"))).toBe(false);
    }));

  test("is created with its parents, once", () =>
    inNewDirectory((base) => {
      for (let turn = 0; turn < 2; turn += 1) {
        const directory = createStateDirectory(join(base, "a/b/c"), null);
        expect(directory.path).toBe(join(base, "a/b/c"));
        closeSync(directory.descriptor);
      }
      expect(statSync(join(base, "a/b/c")).isDirectory()).toBe(true);
    }));

  test("is created where a symlink leads", () =>
    inNewDirectory((base) => {
      symlinkSync(join(base, "real/state"), join(base, "link"));
      const directory = createStateDirectory(join(base, "link"), null);
      expect(directory.path).toBe(join(base, "real/state"));
      closeSync(directory.descriptor);
    }));

  test("is refused where there is a file, or a file on the way", () =>
    inNewDirectory((base) => {
      writeFileSync(join(base, "file"), "");
      for (const path of [join(base, "file"), join(base, "file/below")]) {
        for (const open of [openStateDirectory, createStateDirectory]) {
          const problem = problemOf(() => open(path, null));
          expect(problem.message).toBe(
            `cannot open the state directory ${path}: ${base}/file is not a directory`,
          );
          expect(problem.help).toContain("--state-dir");
        }
      }
    }));

  test.skipIf(lacks(need(!isRoot, "an ordinary user: root may look anywhere")))(
    "is refused where one may not look or write",
    () =>
      inNewDirectory((base) => {
        mkdirSync(join(base, "closed"));
        chmodSync(join(base, "closed"), 0);
        expect(problemOf(() => openStateDirectory(join(base, "closed/state"), null)).help).toContain("sudo");
        chmodSync(join(base, "closed"), 0o500);
        expect(problemOf(() => createStateDirectory(join(base, "closed/state"), null)).help).toContain(
          "sudo",
        );
        chmodSync(join(base, "closed"), 0o700);
      }),
  );
});

describe.skipIf(lacks(need(isRoot, "root: its state directory")))("the state directory of root", () => {
  function homeOf(base: string, uid: number, mode = 0o700): string {
    const home = join(base, "home");
    chmodSync(base, 0o755);
    mkdirSync(home);
    chownSync(home, uid, uid);
    chmodSync(home, mode);
    return home;
  }

  test("belongs to the owner of the home that it is in, with all that is in it", () =>
    inNewDirectory(async (base) => {
      const home = homeOf(base, caller);
      const umask = process.umask(0o077);
      const state = join(home, ".local/share/imp");
      try {
        const directory = createStateDirectory(state, trusted);
        (await acquireLock(directory, { waitMilliseconds: 0, command: "imp apply" }))();
        writeGenerationFiles(directory, [exampleGeneration(1)]);
        replaceFile(directory, "generations.json", ["{}"]);
        closeSync(directory.descriptor);
        const expected = [
          [join(home, ".local"), 0o755],
          [join(home, ".local/share"), 0o755],
          [state, 0o755],
          [join(state, "generations"), 0o755],
          [join(state, "lock"), 0o600],
          [join(state, "generations.json"), 0o644],
          [generationPath(directory, 1), 0o644],
        ] as const;
        for (const [path, mode] of expected) {
          const stat = statSync(path);
          expect([path, stat.uid, stat.gid, stat.mode & 0o7777]).toEqual([path, caller, caller, mode]);
        }
      } finally {
        process.umask(umask);
      }
    }));

  test("is not created, opened or used where someone else can write", () =>
    inNewDirectory((base) => {
      const home = homeOf(base, stranger, 0o755);
      const problem = problemOf(() => createStateDirectory(join(home, "imp"), trusted));
      expect(problem.message).toBe(
        `${home}/imp cannot be trusted: ${home} belongs to user ${stranger}, mode 0755`,
      );
      expect(existsSync(join(home, "imp"))).toBe(false);
      mkdirSync(join(home, "imp"));
      for (const open of [openStateDirectory, createStateDirectory]) {
        expect(problemOf(() => open(join(home, "imp"), trusted)).message).toContain("cannot be trusted");
      }
    }));

  test("may be new in a sticky directory for all, such as /tmp", () =>
    inNewDirectory((base) => {
      chmodSync(base, 0o1777);
      const directory = createStateDirectory(join(base, "imp"), trusted);
      closeSync(directory.descriptor);
      expect(statSync(join(base, "imp")).uid).toBe(0);
    }));
});
