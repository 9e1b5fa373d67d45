import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import packageFile from "../../package.json" with { type: "json" };
import { buildExecutable } from "../../scripts/build/executable.ts";
import { type Target, targetNames } from "../../scripts/build/targets.ts";
import { lacks, need, program } from "../requirement.ts";

/** The executables for other machines: built from what the npm registry has, looked at, and run where that is possible. */

const repository = join(import.meta.dir, "../..");
const folder = mkdtempSync(join(tmpdir(), "imp-targets-"));
const path = (target: Target) => join(folder, `imp-${target}`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const version = `imp ${packageFile.version}\n`;
const arm64Libraries = "/usr/aarch64-linux-gnu";

/** What `readelf` has to say of each: the processor, and the loader, which tells glibc from musl. */
const machines: Readonly<Record<Target, { readonly processor: string; readonly loader: string }>> = {
  "linux-x64": { processor: "Advanced Micro Devices X86-64", loader: "/lib64/ld-linux-x86-64.so.2" },
  "linux-x64-baseline": { processor: "Advanced Micro Devices X86-64", loader: "/lib64/ld-linux-x86-64.so.2" },
  "linux-arm64": { processor: "AArch64", loader: "/lib/ld-linux-aarch64.so.1" },
  "linux-x64-musl": { processor: "Advanced Micro Devices X86-64", loader: "/lib/ld-musl-x86_64.so.1" },
  "linux-arm64-musl": { processor: "AArch64", loader: "/lib/ld-musl-aarch64.so.1" },
};

function run(...command: readonly string[]) {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...command], { cwd: folder, stdin: "ignore" });
  return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}

test.each(targetNames)("%s is built for its processor and its C library", async (target) => {
  await buildExecutable({ repository, target, outfile: path(target) });
  const { stdout } = run("readelf", "--file-header", "--program-headers", path(target));
  expect(stdout).toContain(`Machine:                           ${machines[target].processor}\n`);
  expect(stdout).toContain(`[Requesting program interpreter: ${machines[target].loader}]`);
});

test("the same source makes the same executable, byte by byte", async () => {
  const again = join(folder, "again");
  await buildExecutable({ repository, target: "linux-arm64", outfile: again });
  expect(run("cmp", path("linux-arm64"), again)).toEqual({ exitCode: 0, stdout: "", stderr: "" });
});

describe.skipIf(lacks(need(process.arch === "x64", "an x64 processor")))("on x64", () => {
  test("the build for x64 runs", () => {
    expect(run(path("linux-x64"), "--version")).toEqual({ exitCode: 0, stdout: version, stderr: "" });
  });

  test.skipIf(lacks(program("qemu-x86_64-static", "qemu-x86_64-static (qemu-user-static)")))(
    "the baseline build runs on a processor of 2008, without AVX",
    () => {
      expect(run("qemu-x86_64-static", "-cpu", "Nehalem", path("linux-x64-baseline"), "--version")).toEqual({
        exitCode: 0,
        stdout: version,
        stderr: "",
      });
    },
  );
});

describe.skipIf(
  lacks(
    program("qemu-aarch64-static", "qemu-aarch64-static (qemu-user-static)"),
    need(existsSync(arm64Libraries), `${arm64Libraries} (libc6-arm64-cross)`),
  ),
)("on an emulated arm64 processor", () => {
  const imp = (...words: readonly string[]) =>
    run("qemu-aarch64-static", "-L", arm64Libraries, path("linux-arm64"), ...words);

  test("the build for arm64 runs", () => {
    expect(imp("--version")).toEqual({ exitCode: 0, stdout: version, stderr: "" });
  });

  // The minifier once put the numbers of x64 into this build.
  test("it makes the system calls of arm64", () => {
    const { stderr } = run(
      ...["qemu-aarch64-static", "-strace", "-L", arm64Libraries, path("linux-arm64")],
      ...["apply", "--config", join(folder, "none.toml")],
    );
    // Under the number that it has on x64, this would be another call, or none.
    expect(stderr).toMatch(/ statx\(AT_FDCWD,"[^"]*none\.toml",AT_NO_AUTOMOUNT/);
    expect(stderr).not.toContain("timer_create");
  });
});

test.skipIf(
  lacks(
    need(process.arch === "x64", "an x64 processor"),
    need(existsSync("/lib/ld-musl-x86_64.so.1"), "the loader of musl (musl)"),
    need(existsSync("/usr/lib/libstdc++.so.6"), "musl's /usr/lib/libstdc++.so.6, which Alpine Linux has"),
  ),
)("the build for musl runs", () => {
  expect(run(path("linux-x64-musl"), "--version")).toEqual({ exitCode: 0, stdout: version, stderr: "" });
});
