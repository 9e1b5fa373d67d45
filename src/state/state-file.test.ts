import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import type { Generation, Index } from "../model/generation.ts";
import { join } from "../model/path.ts";
import type { StateDirectory } from "./directory.ts";
import { exampleJournal } from "./example-journal.fixture.ts";
import {
  exampleGeneration,
  exampleIndex,
  fileText,
  inNewState,
  olderFileText,
  problemsOf,
} from "./example-state.fixture.ts";
import { generationShape, readGenerationFile, writeGenerationFiles } from "./generation-file.ts";
import { indexShape, readIndexFile, writeIndexFile } from "./index-file.ts";
import { type Journal, journalShape, readJournal, writeJournal } from "./journal.ts";
import { rustContext } from "./rust/context.ts";
import type { Shape } from "./shape.ts";
import { hasJournal, indexFile, journalFile, readContent, stateFormat } from "./state-file.ts";
import type { StateFile } from "./trouble.ts";

const encoder = new TextEncoder();

function put(directory: StateDirectory, file: StateFile, content: string | Uint8Array): void {
  writeFileSync(join(directory.path, file.name), content);
}

const files: readonly (readonly [StateFile, string])[] = [
  [indexFile, fileText("index", exampleIndex)],
  [{ role: "generation", name: "3.json" }, fileText("generation", exampleGeneration(3))],
  [journalFile, fileText("journal", exampleJournal)],
];

describe("the checksum of a state file", () => {
  test.each(files)("is right for what imp wrote as %o, and for nothing that differs by a bit", (file, text) =>
    inNewState((directory) => {
      put(directory, file, text);
      expect(readContent(directory, file)?.isIntact).toBe(true);
      const good = encoder.encode(text);
      for (let at = 0; at < good.length; at += 1) {
        put(directory, file, good.with(at, (good[at] ?? 0) ^ (1 << (at % 8))));
        const seen: boolean[] = [];
        problemsOf(() => seen.push(readContent(directory, file)?.isIntact ?? true));
        expect([at, seen.includes(true)]).toEqual([at, false]);
      }
    }),
  );

  test.each(files)(
    "can be taken out of %o with its line, as a person is told who edited it",
    (_file, text) => {
      const rest = text.split("\n").filter((line) => !line.includes('"checksum"'));
      const { checksum, ...content } = JSON.parse(text);
      expect(checksum).toMatch(/^[0-9a-f]{8}$/);
      expect(JSON.parse(rest.join("\n"))).toEqual(content);
    },
  );

  test("does not let one file pass for another", () =>
    inNewState((directory) => {
      for (const [written, text] of files) {
        for (const [read] of files) {
          put(directory, read, text);
          expect([written.role, read.role, readContent(directory, read)?.isIntact]).toEqual([
            written.role,
            read.role,
            written.role === read.role,
          ]);
        }
      }
    }));

  test("is none in what a person wrote, in an older format, and with anything behind it", () =>
    inNewState((directory) => {
      const text = fileText("index", exampleIndex);
      for (const other of [
        olderFileText(exampleIndex),
        JSON.stringify(JSON.parse(text)),
        `${text}\n`,
        `\n${text}`,
        text.replace(/\n, "checksum": "\w+"/, ""),
        "[]",
        "{}",
      ]) {
        put(directory, indexFile, other);
        expect(readContent(directory, indexFile)?.isIntact).toBe(false);
      }
    }));
});

describe("a state file that someone edited", () => {
  test("is used if it still says what can be, and told of if it has its old checksum", () =>
    inNewState((directory) => {
      const edited = fileText("index", exampleIndex).replaceAll('"entries": 3', '"entries": 4');
      const expected = {
        ...exampleIndex,
        generations: exampleIndex.generations.map((summary) => ({ ...summary, entries: 4 })),
      };
      const altered: string[] = [];
      const listening = { ...directory, onAltered: (path: string) => altered.push(path) };
      for (const text of [edited, edited.replace(/\n, "checksum": "\w+"/, "")]) {
        put(directory, indexFile, text);
        expect(readIndexFile(listening)).toEqual({ kind: "index", index: expected });
        expect(altered).toEqual([`${directory.path}/generations.json`]);
      }
    }));

  test("is refused if it does not, whatever its checksum says", () =>
    inNewState((directory) => {
      put(directory, indexFile, fileText("index", exampleIndex).replace('"active": 3', '"active": 4'));
      expect(problemsOf(() => readIndexFile(directory))[0]?.message).toContain(
        "is damaged: generation 4 is active, but not listed",
      );
    }));
});

/* What imp writes */

const name = fc.constantFrom("a", "with space", "line\nbreak", 'quote"', "\udcff", "é", ".hidden", "-");
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => `/${names.join("/")}`);
const moment = fc
  .date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString());
const number = fc.integer({ min: 1, max: 2 ** 40 });
const text = fc.oneof(fc.string(), fc.constant('"\n, "checksum": "00000000"\n}\n'));
const label = fc.constantFrom({}, {}, { label: "before the upgrade" });
const identity = fc.record({ inode: fc.nat().map(String), birth: fc.option(fc.nat().map(String)) });

const indexes: fc.Arbitrary<Index> = fc
  .record({
    serial: fc.nat(),
    numbers: fc.uniqueArray(number, { maxLength: 5 }),
    summary: fc.tuple(moment, path, label, fc.nat()),
    effects: fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant("backup" as const), target: path, backup: path }),
        fc.record({ kind: fc.constant("holds-links" as const), path, identity }),
        fc.record({ kind: fc.constant("found" as const), target: path }),
      ),
      { maxLength: 5 },
    ),
  })
  .map(({ serial, numbers, summary: [createdAt, configPath, described, entries], effects }) => ({
    serial,
    active: numbers[0] ?? null,
    previous: numbers.at(-1) ?? null,
    next: Math.max(0, ...numbers) + 1,
    generations: numbers.map((each) => ({ number: each, createdAt, configPath, ...described, entries })),
    effects,
  }));

const generations: fc.Arbitrary<Generation> = fc
  .record({ number, createdAt: moment, described: label, configText: text, targets: fc.uniqueArray(path) })
  .map(({ number: each, createdAt, described, configText, targets }) => ({
    ...exampleGeneration(each),
    createdAt,
    ...described,
    configText,
    manifest: {
      entries: targets.flatMap((target, at) => {
        const entry = exampleGeneration(each).manifest.entries[at % 3];
        return entry === undefined ? [] : [{ ...entry, target, source: `/persist${target}` }];
      }),
    },
  }));

const journals: fc.Arbitrary<Journal> = fc
  .record({
    serial: fc.nat(),
    startedAt: moment,
    steps: fc.array(fc.constantFrom(...exampleJournal.steps)),
    afterwards: fc.array(fc.constantFrom(...exampleJournal.afterwards)),
  })
  .map((each) => ({ command: "imp apply", ...each }));

test("what imp writes is read back equal, whether it is believed or compared with its shape", () =>
  inNewState((directory) => {
    const rewrite = (file: string) => {
      const at = join(directory.path, file);
      // Only the checksum is another one.
      const content = readFileSync(at, "utf8");
      writeFileSync(
        at,
        content.replace(/(?<="checksum": ")\w(?=\w{7}"\n\}\n$)/, (digit) => (digit === "0" ? "1" : "0")),
      );
    };
    fc.assert(
      fc.property(indexes, generations, journals, (index, generation, journal) => {
        const store = {
          directory,
          rust: rustContext(null),
          locked: true,
        } as const;
        writeIndexFile(directory, index);
        writeGenerationFiles(directory, [generation]);
        writeJournal(store, journal);
        expect(hasJournal(directory)).toBe(true);
        for (const isIntact of [true, false]) {
          expect(readContent(directory, indexFile)?.isIntact).toBe(isIntact);
          expect(readContent(directory, journalFile)?.isIntact).toBe(isIntact);
          expect(readIndexFile(directory)).toEqual({ kind: "index", index });
          expect(readGenerationFile(directory, generation.number)).toEqual(generation);
          expect(readJournal(store)).toEqual(journal);
          rewrite("generations.json");
          rewrite("journal.json");
          rewrite(`generations/${generation.number}.json`);
        }
      }),
      { numRuns: 50 },
    );
  }));

test("what imp wrote when the format was 1 is read", () =>
  inNewState((directory) => {
    const store = { directory };
    put(directory, indexFile, olderFileText(exampleIndex));
    put(directory, journalFile, `${JSON.stringify({ format: 1, ...exampleJournal })}\n`);
    writeGenerationFiles(directory, [exampleGeneration(3)]);
    put(directory, { role: "generation", name: "generations/3.json" }, olderFileText(exampleGeneration(3)));
    expect(readIndexFile(directory)).toEqual({ kind: "index", index: exampleIndex });
    expect(readJournal(store)).toEqual(exampleJournal);
    expect(readGenerationFile(directory, 3)).toEqual(exampleGeneration(3));
  }));

/** All that a shape says but for the code of its leaves. */
function outline(shape: Shape<unknown>): unknown {
  if ("accepts" in shape) return shape.expected;
  if ("each" in shape) return [outline(shape.each)];
  const of = (all: object) =>
    Object.entries(all).map(([key, inner]) => [key, outline("optional" in inner ? inner.optional : inner)]);
  return "kinds" in shape ? of(shape.kinds) : of(shape.fields);
}

test("what may be written is another thing only in another format, as imp does not look into files of its own format", () => {
  const all = [indexShape, generationShape, journalShape].map(outline);
  // If this fails because imp may write what it did not, and a version with this format is out: raise `stateFormat`, and
  // have `checked-file.ts` read the one before.
  expect([stateFormat, Bun.hash.crc32(JSON.stringify(all))]).toEqual([2, 906796213]);
});
