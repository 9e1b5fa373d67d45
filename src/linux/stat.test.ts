import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLink } from "./directory-entries.ts";
import { closeDescriptor, openDirectoryWithoutLinks, openHandle } from "./open.ts";
import {
  areOneObject,
  isMountRootAt,
  isOpenDescriptor,
  mountIdAt,
  type Stat,
  statAt,
  statDescriptor,
} from "./stat.ts";
import { deviceNumber } from "./stat-words.ts";

let folder = "";
let directory = -1;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "imp-stat-"));
  directory = openDirectoryWithoutLinks(folder);
});

afterAll(() => {
  closeDescriptor(directory);
  rmSync(folder, { recursive: true });
});

/** What Bun's own call says of it. */
function expected(name: string) {
  const stat = lstatSync(join(folder, name), { bigint: true });
  return {
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    links: Number(stat.nlink),
    size: Number(stat.size),
    inode: String(stat.ino),
    accessed: String(stat.atimeNs),
    modified: String(stat.mtimeNs),
  };
}

describe("what statx(2) says", () => {
  test("is the same whenever a field is asked for", () => {
    writeFileSync(join(folder, "file"), "four");
    mkdirSync(join(folder, "folder"));
    symlinkSync("to/nowhere", join(folder, "link"));
    const found = ["file", "folder", "link"].map((name) => statAt(directory, name));
    expect(found.map((stat) => stat?.type)).toEqual(["file", "directory", "symlink"]);
    // Each was made in the same memory, and the later calls must not change the earlier ones.
    for (const [index, name] of ["file", "folder", "link"].entries()) {
      expect(found[index]).toMatchObject(expected(name));
    }
  });

  test("tells times before 1970 and after 2106", () => {
    writeFileSync(join(folder, "times"), "");
    for (const seconds of [-2_000_000_000.5, -1, 0, 1, 1_762_344_000.25, 4_294_967_295, 4_294_967_296]) {
      lutimesSync(join(folder, "times"), seconds, seconds);
      expect(statAt(directory, "times")).toMatchObject(expected("times"));
    }
  });

  test("is of the very name, bytes that are no UTF-8 included", () => {
    const name = Buffer.from([0x61, 0xff]);
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), "stray");
    expect(statAt(directory, "a\udcff")?.size).toBe(5);
    expect(statAt(directory, "a\ufffd")).toBeNull();
  });

  test("is refused with a reason", () => {
    expect(statAt(directory, "nothing")).toBeNull();
    expect(() => statAt(directory, "file/below")).toThrow(
      expect.objectContaining({ code: "ENOTDIR", call: "statx" }),
    );
    expect(() => statAt(directory, "n".repeat(256))).toThrow(
      expect.objectContaining({ code: "ENAMETOOLONG" }),
    );
    expect(() => statAt(directory, "n/".repeat(10_000))).toThrow(
      expect.objectContaining({ code: "ENAMETOOLONG" }),
    );
  });
});

test("a descriptor is known until it is closed", () => {
  const handle = openHandle(directory, "link");
  expect(statDescriptor(handle).type).toBe("symlink");
  expect(readLink(handle, "")).toBe("to/nowhere");
  closeDescriptor(handle);
  expect(isOpenDescriptor(handle)).toBe(false);
  expect(() => closeDescriptor(handle)).toThrow(expect.objectContaining({ code: "EBADF", call: "close" }));
});

test("opening and reading a link name the call and the path that failed", () => {
  expect(() => openHandle(directory, "none")).toThrow(
    expect.objectContaining({ call: "openat", path: "none" }),
  );
  expect(() => readLink(directory, "file")).toThrow(
    expect.objectContaining({ call: "readlinkat", path: "file", code: "EINVAL" }),
  );
});

test("names that are asked for again, or in turn, are told apart", () => {
  for (const name of ["one", "two", "on"]) writeFileSync(join(folder, name), name);
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/one`), Buffer.from([0xff])]), "stray");
  for (const name of [
    "one",
    "one",
    "two",
    "one",
    "on",
    "one\udcff",
    "one",
    "",
    "one",
    "o".repeat(6000),
    "one",
  ]) {
    const size = name === "one\udcff" ? 5 : name.length;
    if (name !== "" && name.length < 256) expect(statAt(directory, name)?.size).toBe(size);
    else if (name === "") expect(statAt(directory, name)?.type).toBe("directory");
    else expect(() => statAt(directory, name)).toThrow(expect.objectContaining({ code: "ENAMETOOLONG" }));
  }
  rmSync(join(folder, "one"));
  expect(statAt(directory, "one")).toBeNull();
});

describe("two looks", () => {
  /** As {@link areOneObject} compares what was not found by a look of its own. */
  const plain = ({ device, inode, birth }: Stat) => ({ device, inode, birth });

  test("are of one object if all that tells objects apart is the same", () => {
    writeFileSync(join(folder, "original"), "");
    linkSync(join(folder, "original"), join(folder, "other-name"));
    writeFileSync(join(folder, "younger"), "");
    const names = ["original", "other-name", "younger", "", "link", ".."];
    const places = [
      directory,
      ...["/", "/proc", "/proc/self", "/sys", "/dev"].map(openDirectoryWithoutLinks),
    ];
    const looks = places
      .filter((place) => place >= 0)
      .flatMap((place) =>
        names.flatMap((name) => [statAt(place, name) ?? [], statAt(place, name) ?? []].flat()),
      );
    let same = 0;
    for (const left of looks) {
      for (const right of looks) {
        const isOne = areOneObject(left, right);
        if (isOne) same += 1;
        expect(isOne).toBe(areOneObject(plain(left), plain(right)));
        expect(isOne).toBe(areOneObject(left, plain(right)));
      }
    }
    expect(same).toBeGreaterThan(looks.length);
    expect(same).toBeLessThan(looks.length ** 2);
    const [original, other, younger] = names.map((name) => statAt(directory, name));
    expect(
      [original, other, younger].map((stat) => stat && original && areOneObject(stat, original)),
    ).toEqual([true, true, false]);
    for (const place of places.slice(1)) if (place >= 0) closeDescriptor(place);
  });

  test("at the mount alone say the same as at all", () => {
    const root = openDirectoryWithoutLinks("/");
    for (const [place, name] of [
      [directory, "original"],
      [directory, ""],
      [directory, "nothing"],
      [root, "proc"],
      [root, "proc/self/status"],
      [root, "tmp"],
    ] as const) {
      expect(mountIdAt(place, name)).toBe(statAt(place, name)?.mountId ?? null);
      expect(isMountRootAt(place, name)).toBe(statAt(place, name)?.mountRoot ?? false);
    }
    expect(isMountRootAt(root, "proc")).toBe(true);
    for (const look of [mountIdAt, isMountRootAt])
      expect(() => look(directory, "original/below")).toThrow(
        expect.objectContaining({ code: "ENOTDIR", call: "statx", path: "original/below" }),
      );
    closeDescriptor(root);
  });
});

test("a device has the number that stat(2) gives it", () => {
  for (const path of ["/", "/proc", "/dev", "/dev/null", "/tmp"]) {
    const { dev } = statSync(path, { bigint: true });
    const stat = statAt(-100, path);
    expect(stat && deviceNumber(stat.device)).toBe(dev);
  }
});

test("large numbers of devices keep all their bits", () => {
  expect(deviceNumber("259:1")).toBe(0x10301n);
  expect(deviceNumber("8:300")).toBe(0x10082cn);
  expect(deviceNumber("4096:1048576")).toBe((4096n << 32n) | (1048576n << 12n));
});
