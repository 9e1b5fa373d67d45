import { describe, expect, test } from "bun:test";
import { join, normalize } from "node:path";
import { Glob } from "bun";

/** The house rules of the source tree, held against its real text. */

const source = join(import.meta.dir, "../src");

/** Which folders the files of a folder may import from, besides their own. */
const layers: Readonly<Record<string, readonly string[]>> = {
  model: [],
  linux: ["model"],
  plan: ["model"],
  config: ["model", "linux"],
  observe: ["model", "linux"],
  execute: ["model", "linux"],
  boot: ["model", "linux"],
  state: ["model", "linux"],
  cli: ["config", "observe", "plan", "execute", "state", "boot", "model", "linux"],
  // The folder of main.ts itself.
  ".": ["cli"],
};

/** What the code may have from outside, folder by folder; never `node:fs`, which alone costs every start 1.5 ms. */
const packages: Readonly<Record<string, readonly string[]>> = {
  linux: ["bun:ffi"],
  config: ["toml-eslint-parser"],
};

/** Writes to the terminal for everyone. */
const terminal = "cli/terminal.ts";

interface SourceFile {
  /** Relative to `src`. */
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  /** The text without comments. */
  readonly code: string;
  /** What it imports, types and dynamic imports included: paths relative to `src`, or names of packages. */
  readonly imports: readonly string[];
}

const files = await readSource();
const shipped = reachableFrom("main.ts");

async function readSource(): Promise<ReadonlyMap<string, SourceFile>> {
  const found = new Map<string, SourceFile>();
  for (const path of [...new Glob("**/*.ts").scanSync(source)].sort()) {
    const text = await Bun.file(join(source, path)).text();
    const code = text.replace(/^\s*\/\/.*$|\/\*[\s\S]*?\*\//gm, "");
    const imports = [...code.matchAll(/(?:^|[\s;])(?:from|import)\s*\(?\s*"([^"\s]+)"/g)].map(
      ([, name = ""]) => (name.startsWith(".") ? normalize(join(path, "..", name)) : name),
    );
    found.set(path, {
      path,
      folder: path.includes("/") ? (path.split("/")[0] ?? "") : ".",
      text,
      code,
      imports,
    });
  }
  return found;
}

/** The files that end up in the executable; tests and what only they use are not among them. */
function reachableFrom(...starts: readonly string[]): readonly SourceFile[] {
  const reached = new Map<string, SourceFile>();
  const waiting = [...starts];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = files.get(path);
    if (file === undefined || reached.has(path)) continue;
    reached.set(path, file);
    waiting.push(...file.imports);
  }
  return [...reached.values()];
}

/** Sets of files that all import each other, be it by way of others or for types alone: `PATH PATH …`, sorted. */
function circles(): string[] {
  const behind = new Map(
    [...files].map(([path, { imports }]) => [
      path,
      new Set(reachableFrom(...imports).map((file) => file.path)),
    ]),
  );
  const found = [...behind]
    .filter(([path, reached]) => reached.has(path))
    .map(([path, reached]) =>
      [...reached]
        .filter((other) => behind.get(other)?.has(path))
        .sort()
        .join(" "),
    );
  return [...new Set(found)];
}

/** `PATH: CODE` for everything in the shipped code that matches, outside of the excepted places. */
function occurrences(pattern: RegExp, except: (file: SourceFile) => boolean): string[] {
  return shipped
    .filter((file) => !except(file))
    .flatMap((file) => [...file.code.matchAll(pattern)].map(([code]) => `${file.path}: ${code.trim()}`));
}

test("the whole program is looked at", () => {
  expect(shipped.length).toBeGreaterThan(80);
  expect(new Set(shipped.map(({ folder }) => folder))).toEqual(new Set(Object.keys(layers)));
  const dangling = shipped.flatMap(({ path, imports }) =>
    imports.filter((name) => name.endsWith(".ts") && !files.has(name)).map((name) => `${path}: ${name}`),
  );
  expect(dangling).toEqual([]);
});

describe("imports", () => {
  test("run one way between the folders", () => {
    const wrong = shipped.flatMap(({ path, folder, imports }) =>
      imports
        .filter((name) => files.has(name))
        .filter((name) => {
          const other = files.get(name)?.folder ?? "";
          return other !== folder && !layers[folder]?.includes(other);
        })
        .map((name) => `${path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test("never lead in a circle", () => {
    expect(circles()).toEqual([]);
  });

  test("from outside are few, and where they belong", () => {
    const wrong = shipped.flatMap(({ path, folder, imports }) =>
      imports
        .filter((name) => !name.endsWith(".ts") && !name.startsWith(".."))
        .filter((name) => !packages[folder]?.includes(name))
        .map((name) => `${path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test("of the runtime are not smuggled in without an import", () => {
    expect(
      occurrences(/\brequire\(|\bgetBuiltinModule\(|\bimport\(\s*[^"\s]/g, ({ path }) => path === terminal),
    ).toEqual([]);
  });
});

describe("only", () => {
  test("main.ts ends the process", () => {
    expect(
      occurrences(
        /process\s*\.\s*(?:exit|abort|reallyExit)\b|process\.exitCode/g,
        ({ path }) => path === "main.ts",
      ),
    ).toEqual([]);
  });

  test("the command line writes to the terminal", () => {
    const written =
      /\bconsole\b|process\s*\.\s*(?:stdout|stderr|stdin)\b|Bun\s*\.\s*(?:stdout|stderr|stdin)\b|\b(?:alert|confirm|prompt)\(/g;
    expect(occurrences(written, ({ path }) => path === terminal)).toEqual([]);
  });

  test("src/linux talks to the kernel", () => {
    const called =
      /\bBun\s*\.\s*(?:write|file|spawn|spawnSync|\$|mmap|connect|listen|serve)\b|process\s*\.\s*(?:chdir|umask|kill|set\w+id|dlopen)\b|\bfetch\(/g;
    expect(occurrences(called, ({ folder }) => folder === "linux")).toEqual([]);
  });
});

test("no file is longer than 250 lines, and no test than 300", () => {
  const long = [...files.values()].filter(({ path, text }) => {
    const isTest = path.endsWith(".test.ts");
    return text.split("\n").length - 1 > (isTest ? 300 : 250);
  });
  expect(long.map(({ path }) => path)).toEqual([]);
});
