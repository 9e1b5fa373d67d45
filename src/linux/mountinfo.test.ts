import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Mount } from "../model/mount.ts";
import { parseMountTable } from "./mountinfo.ts";
import { unescapeName } from "./path-encoding.ts";

/** As proc_pid_mountinfo(5) has it, field by field: what the fast way has to agree with. */
function plainly(table: string): Mount[] {
  return table
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const fields = line.split(" ");
      const separator = fields.indexOf("-", 6);
      if (separator === -1) throw new Error(`/proc/self/mountinfo has a line without a separator: ${line}`);
      const root = fields[3] ?? "";
      const deleted = root.endsWith("//deleted");
      return {
        id: Number(fields[0]),
        parent: Number(fields[1]),
        device: fields[2] ?? "",
        root: unescapeName(deleted ? root.slice(0, -"//deleted".length) : root),
        deleted,
        mountPoint: unescapeName(fields[4] ?? ""),
        options: (fields[5] ?? "").split(","),
        filesystem: unescapeName(fields[separator + 1] ?? ""),
        from: unescapeName(fields[separator + 2] ?? ""),
      };
    });
}

function outcome(parse: () => Mount[]): unknown {
  try {
    return parse();
  } catch (error) {
    return String(error);
  }
}

const name = fc.constantFrom(
  "/",
  "/srv/a",
  "/srv/b",
  "/srv/a\\040b",
  "/srv/\xc3\xa9",
  "/srv/\xff",
  "/a//deleted",
);
const usualLine = fc
  .record({
    id: fc.integer({ min: 1, max: 12 }),
    parent: fc.integer({ min: 1, max: 3 }),
    device: fc.constantFrom("0:4", "0:43", "8:1"),
    root: name,
    point: name,
    options: fc.constantFrom("rw", "ro", "rw,relatime", "ro,nosuid,nodev"),
    optional: fc.constantFrom("", "shared:1 ", "shared:1 master:22 "),
    end: fc.constantFrom(
      "- tmpfs a rw",
      "- tmpfs a\\134b rw,mode=755",
      "- ext4 /dev/sda1 rw",
      "- tmpfs",
      "-",
    ),
  })
  .map(
    (line) =>
      `${line.id} ${line.parent} ${line.device} ${line.root} ${line.point} ${line.options} ${line.optional}${line.end}`,
  );
const strangeLine = fc.array(fc.constantFrom("1", "-", "", "/", "/x//deleted", "rw", "0:43"), {
  maxLength: 9,
});
const line = fc.oneof(
  { weight: 20, arbitrary: usualLine },
  strangeLine.map((fields) => fields.join(" ")),
);
const table = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom("", "\n"))
  .map(([lines, end]) => lines.join("\n") + end);

describe("the mount table", () => {
  test("is read as field by field, whatever lines have in common", () => {
    fc.assert(
      fc.property(table, (text) => {
        const bytes = Buffer.from(text, "latin1");
        expect(outcome(() => parseMountTable(bytes))).toEqual(outcome(() => plainly(text)));
      }),
      { numRuns: 3000 },
    );
  });

  test("names the line that has no separator", () => {
    const text = "1 0 0:1 / / rw - tmpfs a rw\n2 1 0:1 / /srv rw shared:1\n3 1 0:1 / /x rw - tmpfs a rw\n";
    expect(() => parseMountTable(Buffer.from(text))).toThrow(
      "without a separator: 2 1 0:1 / /srv rw shared:1",
    );
  });
});
