import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Mount } from "../model/mount.ts";
import { escapeName } from "./escaped-name.ts";
import { parseMountTable } from "./mountinfo.ts";

const names = fc.oneof(
  fc.constantFrom(
    "/",
    "/a",
    "/a b",
    "/tab\there",
    "/back\\slash",
    "/line\nbreak",
    "/ümläut",
    "/𝓪",
    "/a//deleted",
  ),
  fc.string({ minLength: 1, unit: "grapheme-ascii" }).map((text) => `/${text}`),
);

const mounts: fc.Arbitrary<Mount> = fc.record({
  id: fc.nat(),
  parent: fc.constantFrom(1, 2, 30),
  device: fc.constantFrom("0:30", "8:1", "259:12"),
  root: names.filter((name) => !name.endsWith("//deleted")),
  deleted: fc.boolean(),
  mountPoint: names,
  options: fc.constantFrom(["rw"], ["rw", "relatime"], ["ro", "nosuid", "nodev"]),
  filesystem: fc.constantFrom("ext4", "tmpfs", "fuse.sshfs"),
  from: fc.constantFrom("/dev/sda1", "none", "me@there:/a b"),
});

const optionalFields = fc.constantFrom(
  "",
  "shared:1 ",
  "master:2 ",
  "shared:12 master:2 propagate_from:3 ",
  "unbindable ",
);

test("what the kernel writes of mounts is read as it was", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(mounts, optionalFields), { maxLength: 6 }), (lines) => {
      const text = lines.map(([mount, optional]) => lineOf(mount, optional)).join("");
      expect(parseMountTable(new TextEncoder().encode(text))).toEqual(lines.map(([mount]) => mount));
    }),
  );
});

test("names that are not UTF-8 come back as the bytes they are", () => {
  const line = "36 35 98:0 /a /\xff rw - ext4 /dev/sda1 rw\n";
  const [mount] = parseMountTable(Buffer.from(line, "latin1"));
  expect(escapeName(mount?.mountPoint ?? "")).toBe("/\xff");
});

test("a line without a separator is refused, with its text", () => {
  expect(() => parseMountTable(Buffer.from("36 35 98:0 / /a rw ext4 /dev/sda1 rw\n"))).toThrow(
    "a line without a separator: 36 35 98:0 / /a rw ext4",
  );
  expect(() => parseMountTable(Buffer.from("36 35\n"))).toThrow("without a separator");
});

test("mounts with the same options share one list of them", () => {
  const line = "36 35 98:0 / /a rw,noatime - ext4 /dev/sda1 rw\n";
  const [one, other] = parseMountTable(Buffer.from(line + line));
  expect(one?.options).toBe(other?.options as readonly string[]);
});

function lineOf(mount: Mount, optional: string): string {
  const { id, parent, device, root, deleted, mountPoint, options, filesystem, from } = mount;
  const shown = `${escaped(root)}${deleted ? "//deleted" : ""} ${escaped(mountPoint)}`;
  return `${id} ${parent} ${device} ${shown} ${options.join(",")} ${optional}- ${filesystem} ${escaped(from)} rw\n`;
}

/** As the kernel does it: the bytes of UTF-8 stay. */
function escaped(name: string): string {
  return name.replace(
    /[ \t\n\\]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}
