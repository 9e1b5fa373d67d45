import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { seal } from "../seal.ts";
import { requireSuccess } from "./run.ts";
import { runtimeFor } from "./runtime.ts";
import { type Target, targets } from "./targets.ts";

const flags = [
  "--compile",
  "--bytecode",
  // Bytecode defaults to CommonJS, which knows no top-level await.
  "--format=esm",
  "--minify",
  // Modules of the runtime then load with the command that needs them: 0.6 ms for `list`, 1.4 ms for `--version`.
  "--splitting",
  // Each file takes its time to load, so what several need goes with the larger of its neighbours.
  "--min-chunk-size=16384",
  // Nearly all code runs too seldom to be worth compiling, and the compiler's threads count as work: against 30, which was
  // right for code with hot loops, this takes 5 to 8 % off a first apply and off removing all with 100 to 7,500 entries, and
  // is no slower with 20,000.
  "--compile-jit-policy=240",
  // A file in the current folder must not change what a root process does.
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  "--no-compile-autoload-tsconfig",
  "--no-compile-autoload-package-json",
];

export interface Build {
  /** The folder that holds package.json. */
  readonly repository: string;
  /** For which machine; null for one like this, with the Bun that runs the build. */
  readonly target: Target | null;
  /** The path of the executable. */
  readonly outfile: string;
}

/** Builds the executable. Throws, with the compiler's words, if that fails; there is no half a file then. */
export async function buildExecutable({ repository, target, outfile }: Build): Promise<void> {
  // The minifier replaces `process.arch` by what it is on the target, so the runtime alone is not enough.
  const machine =
    target === null
      ? []
      : [
          `--target=bun-${target}`,
          `--compile-executable-path=${await runtimeFor(repository, targets[target])}`,
        ];
  // Built beside its place and renamed, so that a test never runs half a file. The name is part of the content.
  mkdirSync(dirname(outfile), { recursive: true });
  const scratch = mkdtempSync(join(dirname(outfile), ".build-"));
  const unfinished = join(scratch, "imp");
  try {
    await requireSuccess(
      [
        process.execPath,
        "build",
        ...flags,
        ...machine,
        "--outfile",
        unfinished,
        join(repository, "src/main.ts"),
      ],
      { cwd: repository },
    );
    seal(unfinished);
    renameSync(unfinished, outfile);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
