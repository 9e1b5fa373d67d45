import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "../model/path.ts";
import { exampleGeneration, inNewState, problemOf } from "./example-state.fixture.ts";
import {
  generationPath,
  readGenerationFile,
  removeGenerationFiles,
  removeGenerationLeftovers,
  storedNumbers,
  writeGenerationFiles,
} from "./generation-file.ts";

describe("a generation", () => {
  test("is read as it was written, names that are not UTF-8 included", () =>
    inNewState((directory) => {
      writeGenerationFiles(directory, [exampleGeneration(12)]);
      expect(readGenerationFile(directory, 12)).toEqual(exampleGeneration(12));
      expect(readFileSync(generationPath(directory, 12), "utf8")).toStartWith(
        '{\n  "format": 2,\n  "number": 12,\n',
      );
    }));

  test("is none where there is no file of it", () =>
    inNewState((directory) => {
      expect(readGenerationFile(directory, 1)).toBeNull();
      writeGenerationFiles(directory, [exampleGeneration(2)]);
      expect(readGenerationFile(directory, 1)).toBeNull();
    }));

  test("takes the place of a leftover, and leaves no temporary file", () =>
    inNewState((directory) => {
      const folder = join(directory.path, "generations");
      mkdirSync(folder);
      writeFileSync(join(folder, "1.json"), "{ half of it");
      writeFileSync(join(folder, `.imp-1.json.${process.pid}.tmp`), "left by a process of the same pid");
      writeGenerationFiles(directory, [exampleGeneration(1)]);
      expect(readGenerationFile(directory, 1)).toEqual(exampleGeneration(1));
      expect(readdirSync(folder)).toEqual(["1.json"]);
    }));

  test("is removed once, and again without complaint", () =>
    inNewState((directory) => {
      removeGenerationFiles(directory, [1]);
      writeGenerationFiles(directory, [exampleGeneration(1), exampleGeneration(2), exampleGeneration(10)]);
      removeGenerationFiles(directory, [1, 3]);
      removeGenerationFiles(directory, [1]);
      expect(storedNumbers(directory)).toEqual([2, 10]);
    }));

  test("of an older imp may say where its entries stood in the configuration", () =>
    inNewState((directory) => {
      const generation = exampleGeneration(1);
      const place = { line: 3, column: 5, length: 10 };
      const entries = generation.manifest.entries.map((entry) => ({ ...entry, place }));
      writeGenerationFiles(directory, [generation]);
      const old = JSON.stringify({ format: 1, ...generation, manifest: { entries } });
      writeFileSync(generationPath(directory, 1), old);
      const targets = readGenerationFile(directory, 1)?.manifest.entries.map(({ target }) => target);
      expect(targets).toEqual(entries.map(({ target }) => target));
    }));

  test("is damaged if its file is cut, holds another one, or says what cannot be", () =>
    inNewState((directory) => {
      writeGenerationFiles(directory, [exampleGeneration(1)]);
      const path = generationPath(directory, 1);
      const good = readFileSync(path, "utf8");
      const [entry] = exampleGeneration(1).manifest.entries;
      const withEntries = (...entries: readonly unknown[]) =>
        good.replace(/"entries": \[[\s\S]*\]/, () => `"entries": ${JSON.stringify(entries)}`);
      const damaged: readonly (readonly [string, string])[] = [
        [good.slice(0, -10), "ends too early"],
        [good.replace('"number": 1', '"number": 2'), "it holds generation 2"],
        [good.replace("2025-11-05T", "2025-13-05T"), "createdAt: expected a time"],
        [good.replace("/etc/imp/imp.toml", "\\u0000"), "configPath: "],
        [withEntries({ ...entry, target: "/var/../etc" }), "manifest.entries.0.target: expected an absolute"],
        [withEntries({ ...entry, source: "var" }), "manifest.entries.0.source: expected an absolute"],
        [withEntries({ ...entry, mode: "u=rwz" }), "manifest.entries.0.mode: expected a mode"],
        [withEntries({ ...entry, options: ["suid"] }), "manifest.entries.0.options.0: "],
        [withEntries({ ...entry, kind: "device" }), "manifest.entries.0.kind: "],
        [withEntries({ ...entry, user: { name: "x", id: -1 } }), "manifest.entries.0.user.id: "],
        [withEntries(entry, entry), "manifest: a target is listed twice"],
        [withEntries({ ...entry, unknown: 1 }), "manifest.entries.0.unknown: "],
        [withEntries({ ...entry, place: 7 }), "manifest.entries.0.place: "],
      ];
      for (const [content, reason] of damaged) {
        writeFileSync(path, content);
        const problem = problemOf(() => readGenerationFile(directory, 1));
        expect(problem.message).toContain(`${path} is damaged: `);
        expect(problem.message).toContain(reason);
        expect(problem.help).toContain("the other generations still work");
        expect(readFileSync(path, "utf8")).toBe(content);
      }
      writeFileSync(path, good.replace('"format": 2', '"format": 7'));
      expect(problemOf(() => readGenerationFile(directory, 1)).message).toContain("a newer imp");
    }));
});

describe("the folder of the generations", () => {
  test("may hold other files, which are left alone", () =>
    inNewState((directory) => {
      const folder = join(directory.path, "generations");
      writeGenerationFiles(directory, [exampleGeneration(3)]);
      const others = ["0.json", "01.json", "3.json.bak", "99999999999999999.json", "notes", ".imp-notes"];
      for (const name of others) writeFileSync(join(folder, name), "");
      writeFileSync(join(folder, ".imp-4.json.77.tmp"), "half");
      removeGenerationLeftovers(directory);
      expect(storedNumbers(directory)).toEqual([3]);
      expect(readdirSync(folder).sort()).toEqual([...others, "3.json"].sort());
    }));

  test("is not taken from something else of that name", () =>
    inNewState((directory) => {
      writeFileSync(join(directory.path, "generations"), "");
      expect(problemOf(() => writeGenerationFiles(directory, [exampleGeneration(1)])).message).toContain(
        "is not a directory",
      );
    }));
});
