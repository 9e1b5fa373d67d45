import { describe, expect, test } from "bun:test";
import { Failure } from "../model/problem.ts";
import { type ConfigSearch, locateConfig } from "./locate.ts";

function search(changes: Partial<ConfigSearch>, ...existing: readonly string[]): ConfigSearch {
  return {
    option: undefined,
    environment: {},
    workingDirectory: () => "/work",
    exists: (path) => existing.includes(path),
    ...changes,
  };
}

function refusal(changes: Partial<ConfigSearch>, ...existing: readonly string[]): Failure {
  try {
    locateConfig(search(changes, ...existing));
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("found one");
}

const everywhere = ["/work/imp.toml", "/etc/imp/imp.toml", "/a.toml", "/b.toml"];

describe("the configuration", () => {
  test("is the one that --config names, before all others", () => {
    expect(
      locateConfig(search({ option: "/a.toml", environment: { IMP_CONFIG: "/b.toml" } }, ...everywhere)),
    ).toBe("/a.toml");
  });

  test("is else the one that $IMP_CONFIG names, unless that is empty", () => {
    expect(locateConfig(search({ environment: { IMP_CONFIG: "/b.toml" } }, ...everywhere))).toBe("/b.toml");
    expect(locateConfig(search({ environment: { IMP_CONFIG: "" } }, ...everywhere))).toBe("/work/imp.toml");
  });

  test("is else ./imp.toml, else /etc/imp/imp.toml", () => {
    expect(locateConfig(search({}, ...everywhere))).toBe("/work/imp.toml");
    expect(locateConfig(search({}, "/etc/imp/imp.toml"))).toBe("/etc/imp/imp.toml");
    expect(locateConfig(search({ workingDirectory: () => "/" }, "/imp.toml"))).toBe("/imp.toml");
  });

  test("is named by an absolute path, in which `..` is left to the kernel", () => {
    expect(locateConfig(search({ option: "./x/c.toml" }, "/work/x/c.toml"))).toBe("/work/x/c.toml");
    expect(locateConfig(search({ option: "../c.toml" }, "/work/../c.toml"))).toBe("/work/../c.toml");
  });
});

describe("without a configuration", () => {
  test("every place that was looked in is named, and how to begin one", () => {
    const failure = refusal({});
    expect(failure.exitCode).toBe(2);
    expect(failure.message).toContain("/work/imp.toml");
    expect(failure.message).toContain("/etc/imp/imp.toml");
    expect(failure.problems[0]?.help).toContain('[persistence."/mnt/persist"]');
  });

  test("at the named place, no other place is taken instead", () => {
    expect(refusal({ option: "/c.toml" }, ...everywhere).message).toBe(
      "there is no configuration /c.toml, which --config names",
    );
    expect(refusal({ environment: { IMP_CONFIG: "c.toml" } }, ...everywhere).message).toContain(
      "/work/c.toml",
    );
    expect(refusal({ option: "" }, ...everywhere).message).toBe("--config names no file");
  });

  test("a working directory that was removed is no crash", () => {
    const workingDirectory = () => {
      throw new Error("ENOENT");
    };
    expect(locateConfig(search({ workingDirectory }, "/etc/imp/imp.toml"))).toBe("/etc/imp/imp.toml");
    expect(refusal({ workingDirectory }).message).toContain("/etc/imp/imp.toml");
    expect(refusal({ workingDirectory, option: "x" }).message).toContain("does not exist any more");
  });
});
