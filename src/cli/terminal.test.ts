import { describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const module = JSON.stringify(join(import.meta.dir, "terminal.ts"));

interface Outcome {
  readonly out: string;
  readonly err: string;
  readonly exitCode: number;
}

/** Runs a shell script in which `imp` is a program made of `code`, which has a `terminal`. */
function sh(script: string, code: string): Outcome {
  const PROGRAM = `import { processTerminal } from ${module}; const terminal = processTerminal(); ${code}`;
  const whole = `imp() { "$BUN" -e "$PROGRAM"; }; ${script}`;
  const env = { ...process.env, BUN: process.execPath, PROGRAM };
  const { stdout, stderr, exitCode } = Bun.spawnSync(["bash", "-c", whole], { env });
  return { out: stdout.toString(), err: stderr.toString(), exitCode };
}

const longText = "x".repeat(99);
const writeMuch = `for (let i = 0; i < 3000; i += 1) terminal.write("out", "${longText}\\n");`;
const exitWithTrouble = "process.exit(terminal.trouble === null ? 0 : 7);";

describe("processTerminal", () => {
  test("writes to stdout and stderr in order", () => {
    const code =
      'terminal.write("out", "a\\n"); terminal.write("err", "b\\n"); terminal.write("out", "c\\n");';
    expect(sh("imp 2>&1", code).out).toBe("a\nb\nc\n");
  });

  test("says which file a stream goes to as systemd says it in $JOURNAL_STREAM", () => {
    const folder = mkdtempSync(join(tmpdir(), "imp-terminal-"));
    try {
      const file = join(folder, "file");
      const { out } = sh(
        `imp 2>${file}; stat -c %d:%i ${file}`,
        'terminal.write("out", terminal.identity("err") + "\\n");',
      );
      const [said, wanted] = out.split("\n");
      expect(said).toBe(wanted as string);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("adds to a file where others stopped", () => {
    const folder = mkdtempSync(join(tmpdir(), "imp-terminal-"));
    try {
      const file = join(folder, "file");
      sh(`{ echo start; imp; echo end; } >${file}; imp >>${file}`, 'terminal.write("out", "a\\n");');
      expect(readFileSync(file, "utf8")).toBe("start\na\nend\na\n");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("is quiet about a reader who has seen enough", () => {
    const { err, exitCode } = sh(
      "set -o pipefail; imp | head -1 >/dev/null",
      `${writeMuch} ${exitWithTrouble}`,
    );
    expect(err).toBe("");
    expect(exitCode).toBe(0);
  });

  test("goes on working when nobody reads any more", () => {
    expect(sh("imp | true", `${writeMuch} terminal.write("err", "done");`).err).toBe("done");
  });

  test("knows if the output did not fit", () => {
    expect(sh("imp >/dev/full", `terminal.write("out", "a"); ${exitWithTrouble}`).exitCode).toBe(7);
  });

  test("says nothing to a closed descriptor, nor to what opens in its place", () => {
    const folder = mkdtempSync(join(tmpdir(), "imp-terminal-"));
    try {
      const file = join(folder, "file");
      const code = `require("node:fs").openSync("${file}", "w"); terminal.write("out", "a"); ${exitWithTrouble}`;
      expect(sh("imp >&-", code).exitCode).toBe(0);
      expect(readFileSync(file, "utf8")).toBe("");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("leaves a pipe blocking, as others who share it need it", () => {
    const { out } = sh("{ imp; grep flags /proc/self/fdinfo/1; } | cat", 'terminal.write("out", "a\\n");');
    const [, flags = ""] = /^a\nflags:\s+(\d+)/.exec(out) ?? [];
    expect(Number.parseInt(flags, 8) & 0o4000).toBe(0);
  });

  test("waits for a slow reader of a pipe that someone made non-blocking", () => {
    // The runtime's own stream does that.
    const code = `const own = Bun.stdout.writer(); await own.write("x"); await own.flush(); ${writeMuch} ${exitWithTrouble}`;
    const { out, exitCode } = sh("set -o pipefail; imp | (sleep 0.2; wc -c)", code);
    expect(out.trim()).toBe("300001");
    expect(exitCode).toBe(0);
  });

  test("tells a terminal from everything else", () => {
    const code =
      'terminal.write("err", ["in", "out", "err"].map((name) => terminal.isTerminal(name)).join());';
    expect(sh("imp </dev/null >/dev/null", code).err).toBe("false,false,false");
    expect(sh("export -f imp; SHELL=/bin/bash script -qec imp /dev/null </dev/null", code).out).toContain(
      "true,true,true",
    );
  });

  test("reads an answer as a line, and null at the end", () => {
    const code =
      'terminal.write("out", JSON.stringify([await terminal.readLine(), await terminal.readLine()]));';
    expect(sh("imp </dev/null", code).out).toBe("[null,null]");
    expect(sh("echo yes | imp", code).out).toBe('["yes",null]');
  });
});
