import { describe, expect, test } from "bun:test";
import { SystemError } from "../linux/ffi.ts";
import { PathError } from "../linux/open-directory.ts";
import { failure } from "../model/problem.ts";
import { explain } from "./explain.ts";

describe("explain", () => {
  test("passes on a failure as it is", () => {
    const error = failure(2, "no", "yes");
    expect(explain(error, false)).toMatchObject({ exitCode: 2, problems: error.problems });
  });

  test("names the path and the kernel's errno, and the remedy if there is one", () => {
    const [problem] = explain(new SystemError("mkdirat", 13, "/srv/x"), false).problems;
    expect(problem?.message).toBe("/srv/x: Permission denied (EACCES from mkdirat)");
    expect(problem?.help).toContain("sudo");
    expect(explain(new SystemError("fsync", 5, ""), false).problems[0]?.message).toBe(
      "fsync: Input/output error (EIO)",
    );
  });

  test("says why a path cannot be used", () => {
    const unsafe = new PathError("/home/eve/x", { kind: "unsafe", at: "/home/eve", owner: 1000 });
    const [problem] = explain(unsafe, false).problems;
    expect(problem?.message).toStartWith("/home/eve/x: unsafe path");
    expect(problem?.help).toContain("/home/eve");
  });

  test("calls everything else a bug, with the place of it only if asked", () => {
    const error = new TypeError("x is not a function");
    const [short] = explain(error, false).problems;
    expect(short?.message).toBe("imp hit a bug: TypeError: x is not a function");
    expect(short?.help).toContain("--verbose");
    expect(short?.help).not.toContain("explain.test.ts");
    expect(explain(error, true).problems[0]?.help).toContain("explain.test.ts");
  });

  test("copes with what is no error at all", () => {
    expect(explain("oops", true)).toMatchObject({
      exitCode: 1,
      problems: [{ message: "imp hit a bug: oops" }],
    });
    expect(explain(undefined, true).exitCode).toBe(1);
  });
});
