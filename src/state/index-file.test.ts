import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { lacks, need } from "../../test/requirement.ts";
import { join } from "../model/path.ts";
import type { StateDirectory } from "./directory.ts";
import {
  exampleGeneration,
  exampleIndex,
  fileText,
  inNewState,
  olderFileText,
  problemOf,
} from "./example-state.fixture.ts";
import { writeGenerationFiles } from "./generation-file.ts";
import { readIndexFile, writeIndexFile } from "./index-file.ts";

const name = "generations.json";

function problemWith(directory: StateDirectory, content: string | Uint8Array) {
  const path = join(directory.path, name);
  writeFileSync(path, content);
  const problem = problemOf(() => readIndexFile(directory));
  expect(readFileSync(path).equals(Buffer.from(content))).toBe(true);
  expect(problem.message).toContain(path);
  return problem;
}

describe("the index", () => {
  test("is read as it was written, and stays readable for people", () =>
    inNewState((directory) => {
      writeIndexFile(directory, exampleIndex);
      expect(readIndexFile(directory)).toEqual({ kind: "index", index: exampleIndex });
      const text = readFileSync(join(directory.path, name), "utf8");
      expect(text).toBe(fileText("index", exampleIndex));
      expect(text).toStartWith('{\n  "format": 2,\n  "serial": 1,\n');
      expect(text).toMatch(/\n {2}\]\n, "checksum": "[0-9a-f]{8}"\n\}\n$/);
      writeIndexFile(directory, exampleIndex);
      expect(readFileSync(join(directory.path, name), "utf8")).toBe(text);
      expect(readdirSync(directory.path)).toEqual([name]);
    }));

  test("is none where nothing was ever committed, a first command that was killed included", () =>
    inNewState((directory) => {
      expect(readIndexFile(directory)).toBeNull();
      writeGenerationFiles(directory, [exampleGeneration(1)]);
      expect(readIndexFile(directory)).toBeNull();
    }));

  test("is missed if generations are stored without it", () =>
    inNewState((directory) => {
      writeGenerationFiles(directory, [exampleGeneration(1), exampleGeneration(2)]);
      const problem = problemOf(() => readIndexFile(directory));
      expect(problem.message).toBe(
        `${directory.path}/${name} is missing, though generations are stored beside it`,
      );
      expect(problem.help).toContain(`imp show 2 --state-dir ${directory.path}`);
    }));

  test("is not written if it could not be read again", () =>
    inNewState((directory) => {
      writeIndexFile(directory, exampleIndex);
      expect(() => writeIndexFile(directory, { ...exampleIndex, active: 2 })).toThrow("active");
      expect(readIndexFile(directory)).toEqual({ kind: "index", index: exampleIndex });
    }));
});

describe("a damaged index", () => {
  test("is an error that shows the place, what still works and the remedy", () =>
    inNewState((directory) => {
      writeGenerationFiles(directory, [exampleGeneration(3)]);
      const problem = problemWith(directory, '{\n  "format": 1,\n  "active": }\n');
      expect(problem.message).toBe(`${directory.path}/${name} is damaged: it is not JSON (expected value)`);
      expect(problem.place).toEqual({ file: `${directory.path}/${name}`, line: 3, column: 13, length: 1 });
      expect(problem.excerpt).toBe('  "active": }');
      expect(problem.help).toContain("stays as it is");
      expect(problem.help).toContain(`imp show 3 --state-dir ${directory.path}`);
      expect(problem.help).toContain(`mv ${directory.path} ${directory.path}.damaged`);
    }));

  test("is told from a truncated one at any length", () =>
    inNewState((directory) => {
      const text = fileText("index", exampleIndex);
      for (let length = 1; length < text.length - 2; length += 7) {
        expect(problemWith(directory, text.slice(0, length)).message).toContain(
          "is damaged: it ends too early",
        );
      }
      expect(problemWith(directory, "").message).toContain("it is empty");
    }));

  test("is one that is no text, or far too large", () =>
    inNewState((directory) => {
      expect(problemWith(directory, Uint8Array.of(0x7b, 0xff, 0x7d)).message).toContain("not UTF-8");
      expect(problemWith(directory, new Uint8Array(100)).message).toContain("not JSON");
      expect(problemWith(directory, "[".repeat(500_000)).message).toContain("is damaged");
      expect(problemWith(directory, new Uint8Array(65 * 1024 * 1024)).message).toContain("far too many");
    }));

  test("is one that is no regular file", () =>
    inNewState((directory) => {
      const path = join(directory.path, name);
      symlinkSync("/dev/zero", path);
      expect(problemOf(() => readIndexFile(directory)).message).toContain("a symlink");
    }));

  test("is one that is a directory or a FIFO, which never blocks", async () => {
    await inNewState((directory) => {
      mkdirSync(join(directory.path, name));
      expect(problemOf(() => readIndexFile(directory)).message).toContain("a directory");
    });
    await inNewState((directory) => {
      expect(Bun.spawnSync(["mkfifo", join(directory.path, name)]).exitCode).toBe(0);
      expect(problemOf(() => readIndexFile(directory)).message).toContain("a fifo");
    });
  });

  test("is one that contradicts itself", () =>
    inNewState((directory) => {
      const [first] = exampleIndex.generations;
      const contradictions: readonly (readonly [object, string])[] = [
        [{ active: 2 }, "generation 2 is active, but not listed"],
        [{ previous: 4 }, "generation 4 was active before, but is not listed"],
        [{ next: 3 }, "generation 3 is listed, but the next one would be 3"],
        [{ generations: [first, first, ...exampleIndex.generations] }, "a generation is listed twice"],
      ];
      for (const [change, message] of contradictions) {
        expect(problemWith(directory, olderFileText({ ...exampleIndex, ...change })).message).toContain(
          message,
        );
      }
    }));

  test("is one whose values could lead a command astray, and says which", () =>
    inNewState((directory) => {
      const effects = (path: string) => ({
        effects: [{ kind: "backup", target: "/etc/hosts", backup: path }],
      });
      for (const path of ["relative", "/a/../b", "/a/", "//a", "/", "", "/a\0b", "/a\ud800"]) {
        const problem = problemWith(directory, olderFileText({ ...exampleIndex, ...effects(path) }));
        expect(problem.message).toContain("effects.0.backup: ");
      }
      for (const next of [0, -1, 1.5, 2 ** 60, "5", null]) {
        expect(problemWith(directory, olderFileText({ ...exampleIndex, next })).message).toContain("next: ");
      }
      expect(problemWith(directory, olderFileText({ ...exampleIndex, extra: 1 })).message).toContain("extra");
    }));

  test("is told from one that a newer imp wrote", () =>
    inNewState((directory) => {
      const problem = problemWith(directory, JSON.stringify({ format: 3, whatever: [] }));
      expect(problem.message).toContain("was written by a newer imp (format 3; this one knows 2)");
    }));

  test("never writes control characters to the terminal", () =>
    inNewState((directory) => {
      const hostile = {
        format: 1,
        ...exampleIndex,
        ["\u001b[2J".repeat(1000)]: 1,
        generations: "\u001b]0;x\u0007",
      };
      const { message } = problemWith(directory, JSON.stringify(hostile));
      expect(message).not.toMatch(/\p{Cc}/u);
      expect(message.length).toBeLessThan(800);
      expect(problemWith(directory, '"\u001b[2J').excerpt).not.toMatch(/\p{Cc}/u);
    }));
});

describe("a new index", () => {
  test("may be read by everyone in a run as root, whatever the umask", () =>
    inNewState((directory) => {
      const umask = process.umask(0o077);
      try {
        writeIndexFile(directory, exampleIndex);
      } finally {
        process.umask(umask);
      }
      const mode = statSync(join(directory.path, name)).mode & 0o777;
      expect(mode).toBe(process.getuid?.() === 0 ? 0o644 : 0o600);
    }));

  test.skipIf(lacks(need(process.getuid?.() !== 0, "an ordinary user: root may write anywhere")))(
    "does not come about in a directory that may not be written",
    () =>
      inNewState((directory) => {
        chmodSync(directory.path, 0o500);
        expect(problemOf(() => writeIndexFile(directory, exampleIndex)).help).toContain("sudo");
        chmodSync(directory.path, 0o700);
      }),
  );
});
