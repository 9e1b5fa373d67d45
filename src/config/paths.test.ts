import { describe, expect, test } from "bun:test";
import { onlyEntry, onlyHelp, read, refusals } from "./reading.fixture.ts";

const target = (path: string) => `[persistence."/p"]\nfiles = [${JSON.stringify(path)}]`;
const root = (path: string) => `[persistence.${JSON.stringify(path)}]\nfiles = ["/a"]`;
const state = (path: string) => `state_dir = ${JSON.stringify(path)}\n[persistence."/p"]\nfiles = ["/a"]`;

describe("a target", () => {
  test("may hold any character but NUL", () => {
    for (const path of ["/a b", "/a\nb", "/ä😀", "/..a", "/a\u001b", "/-", "/...", '/"quoted"', "/\\040"]) {
      expect(onlyEntry(target(path))).toMatchObject({ target: path, source: `/p${path}` });
    }
  });

  test("loses the slashes at its end", () => {
    expect(onlyEntry(target("/var/log/")).target).toBe("/var/log");
    expect(onlyEntry(target("/var/log///")).target).toBe("/var/log");
  });

  test("that is not an absolute, normal path is refused", () => {
    expect(refusals(target("var/log"))).toEqual(["2:10+9 `var/log` is not an absolute path"]);
    expect(refusals(target(""))).toEqual(["2:10+2 the path is empty"]);
    expect(refusals(target("./a"))).toEqual(["2:10+5 `./a` is not an absolute path"]);
    expect(refusals(target("/a//b"))).toEqual(["2:10+7 `/a//b` contains `//`"]);
    expect(refusals(target("//a"))).toEqual(["2:10+5 `//a` contains `//`"]);
    expect(refusals(target("/a/./b"))[0]).toContain("contains `.`");
    expect(refusals(target("/a/../b"))[0]).toContain("contains `..`");
    expect(refusals(target("/a/.."))[0]).toContain("contains `..`");
    expect(refusals(target("/a\0b"))[0]).toContain("NUL");
  });

  test("with a tilde or a variable gets its own help", () => {
    expect(onlyHelp(target("~/.vimrc"))).toBe(
      'imp runs as root and does not expand ~; write "/home/NAME/.vimrc"',
    );
    expect(onlyHelp(target("~anna/x"))).toEndWith('write "/home/anna/x"');
    expect(onlyHelp(target("$HOME/.vimrc"))).toContain("expands no variables");
  });

  test("in the kernel's own filesystems, or the root itself, is refused", () => {
    expect(refusals(target("/"))).toEqual(["2:10+3 `/` cannot be a target"]);
    expect(refusals(target("///"))).toEqual(["2:10+5 `/` cannot be a target"]);
    for (const path of ["/proc", "/sys", "/dev", "/proc/sys/x", "/sys/fs", "/dev/shm/a"]) {
      expect(refusals(target(path))[0]).toContain(`${path} cannot be a target`);
    }
    expect(onlyEntry(target("/process")).target).toBe("/process");
  });

  test("has names of at most 255 bytes", () => {
    expect(onlyEntry(target(`/${"n".repeat(255)}`)).target).toHaveLength(256);
    expect(refusals(target(`/${"n".repeat(256)}`))[0]).toContain("more than 255 bytes");
    expect(refusals(target(`/${"ä".repeat(128)}`))[0]).toContain("more than 255 bytes");
    expect(onlyEntry(target(`/${"ä".repeat(127)}`)).kind).toBe("linked-file");
  });

  test("and its source have at most 4095 bytes", () => {
    const long = "/abcdefg".repeat(512);
    expect(onlyEntry(target(long.slice(0, 4093))).source).toHaveLength(4095);
    expect(refusals(target(long.slice(0, 4094)))[0]).toContain("the source of /abc");
    expect(refusals(target(long.slice(0, 4095)))[0]).toContain("is longer than 4095 bytes");
    expect(refusals(target(`${long}/x`))[0]).toContain("is longer than 4095 bytes");
  });
});

describe("a persistence root and the state directory", () => {
  test("follow the same rules", () => {
    for (const path of ["", "p", "~/p", "/a//b", "/a/../b", "/a\0"]) {
      expect(refusals(root(path))[0]).toStartWith(`1:14+${JSON.stringify(path).length} the persistence root`);
      expect(refusals(state(path))[0]).toStartWith(`1:13+${JSON.stringify(path).length} the state directory`);
    }
    expect(read(root("/mnt/persist//")).manifest.entries[0]?.root).toBe("/mnt/persist");
    expect(read(state("/var/imp/")).stateDirectory).toBe("/var/imp");
  });

  test("cannot be `/`", () => {
    expect(refusals(root("/"))).toEqual(["1:14+3 the persistence root cannot be `/`"]);
    expect(refusals(state("/"))).toEqual(["1:13+3 the state directory cannot be `/`"]);
  });

  test("that is refused does not keep the entries from being checked", () => {
    expect(refusals('[persistence.p]\nfiles = ["/a", "b", "/a"]')).toEqual([
      "1:14+1 the persistence root `p` is not an absolute path",
      "2:16+3 `b` is not an absolute path",
      "2:21+4 the target /a is given twice, first at imp.toml:2:10",
    ]);
  });

  test("given twice is refused, with both places", () => {
    expect(refusals('[persistence."/p"]\nfiles = ["/a"]\n[persistence."/p/"]\nfiles = ["/b"]')).toEqual([
      "3:14+5 the persistence root /p is given twice, first at imp.toml:1:14",
    ]);
  });
});
