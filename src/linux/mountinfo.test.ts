import { describe, expect, test } from "bun:test";
import { parseMountTable } from "./mountinfo.ts";

function parse(...lines: readonly string[]) {
  return parseMountTable(Buffer.from(lines.map((line) => `${line}\n`).join(""), "latin1"));
}

describe("the mount table", () => {
  test("is read field by field, with any number of optional fields", () => {
    const mount = {
      id: 36,
      parent: 35,
      device: "98:0",
      root: "/mnt1",
      deleted: false,
      mountPoint: "/mnt2",
      options: ["rw", "noatime"],
      filesystem: "ext3",
      from: "/dev/root",
    };
    expect(
      parse(
        "36 35 98:0 /mnt1 /mnt2 rw,noatime - ext3 /dev/root rw,errors=continue",
        "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue",
        "36 35 98:0 /mnt1 /mnt2 rw,noatime shared:7 master:1 propagate_from:2 - ext3 /dev/root rw",
      ),
    ).toEqual([mount, mount, mount]);
    expect(parse()).toEqual([]);
  });

  test("gives names as they are, also those with spaces, backslashes and bytes that are no UTF-8", () => {
    const [mount] = parse("1 0 0:1 /a\\040b\\134c /srv/\xc3\xa9\xff\\012x rw - tmpfs a\\011b rw");
    expect(mount).toMatchObject({
      root: "/a b\\c",
      mountPoint: "/srv/é\udcff\nx",
      filesystem: "tmpfs",
      from: "a\tb",
    });
  });

  test("tells that what a mount shows was deleted, and no less of its name", () => {
    const roots = parse(
      "1 0 0:1 /a//deleted /srv rw - tmpfs a rw",
      "2 0 0:1 /a//deleted/b /srv rw - tmpfs a rw",
      "3 0 0:1 /a\\040b//deleted /srv//deleted rw - tmpfs a rw",
    ).map(({ root, deleted, mountPoint }) => ({ root, deleted, mountPoint }));
    expect(roots).toEqual([
      { root: "/a", deleted: true, mountPoint: "/srv" },
      { root: "/a//deleted/b", deleted: false, mountPoint: "/srv" },
      { root: "/a b", deleted: true, mountPoint: "/srv//deleted" },
    ]);
  });

  test("knows a filesystem without a name, and one that is called a hyphen", () => {
    expect(parse("1 0 0:1 / / rw - tmpfs", "2 0 0:1 - - rw - fuse -")).toMatchObject([
      { filesystem: "tmpfs", from: "" },
      { root: "-", mountPoint: "-", filesystem: "fuse", from: "-" },
    ]);
  });

  test("names the line that has no separator", () => {
    expect(() =>
      parse("1 0 0:1 / / rw - tmpfs a rw", "2 1 0:1 / /srv rw shared:1", "3 1 0:1 / /x rw - tmpfs a rw"),
    ).toThrow("without a separator: 2 1 0:1 / /srv rw shared:1");
  });
});
