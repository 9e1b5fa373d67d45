import { describe, expect, test } from "bun:test";
import { SystemError } from "../linux/ffi.ts";
import { PathError } from "../linux/open-directory.ts";
import { failure } from "../model/problem.ts";
import { explain } from "./explain.ts";

describe("explain", () => {
  test("passes on a failure as it is", async () => {
    const error = failure(2, "no", "yes");
    expect(await explain(error, false)).toMatchObject({ exitCode: 2, problems: error.problems });
  });

  test("names the path and the kernel's errno, and the remedy if there is one", async () => {
    const [problem] = (await explain(new SystemError("mkdirat", 13, "/srv/x"), false)).problems;
    expect(problem?.message).toBe("/srv/x: Permission denied (EACCES from mkdirat)");
    expect(problem?.help).toContain("sudo");
    expect((await explain(new SystemError("fsync", 5, ""), false)).problems[0]?.message).toBe(
      "fsync: Input/output error (EIO)",
    );
  });

  test("says why a path cannot be used", async () => {
    const unsafe = new PathError("/home/eve/x", { kind: "unsafe", at: "/home/eve", owner: 1000 });
    const [problem] = (await explain(unsafe, false)).problems;
    expect(problem?.message).toStartWith("/home/eve/x: unsafe path");
    expect(problem?.help).toContain("/home/eve");
  });

  test("calls everything else a bug, with the place of it only if asked", async () => {
    const error = new TypeError("x is not a function");
    const [short] = (await explain(error, false)).problems;
    expect(short?.message).toBe("imp hit a bug: TypeError: x is not a function");
    expect(short?.help).toContain("--verbose");
    expect(short?.help).not.toContain("explain.test.ts");
    expect((await explain(error, true)).problems[0]?.help).toContain("explain.test.ts");
  });

  test("copes with what is no error at all", async () => {
    expect(await explain("oops", true)).toMatchObject({
      exitCode: 1,
      problems: [{ message: "imp hit a bug: oops" }],
    });
    expect((await explain(undefined, true)).exitCode).toBe(1);
  });
});
