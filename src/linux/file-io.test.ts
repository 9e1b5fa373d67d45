import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readWholeFile } from "./file-io.ts";
import { openDirectoryWithoutLinks, openForReading, withDescriptor } from "./open.ts";

test("a file is read whole, whatever size it was said to have", () => {
  const folder = mkdtempSync(join(tmpdir(), "imp-read-"));
  try {
    withDescriptor(openDirectoryWithoutLinks(folder), (directory) => {
      for (const size of [0, 1, 16_383, 16_384, 16_385, 100_000]) {
        const content = Uint8Array.from({ length: size }, (_, index) => index % 251);
        writeFileSync(join(folder, "file"), content);
        for (const said of [undefined, 0, 1, 16_384, 20_000, size - 1, size, size + 1, 200_000]) {
          const read = withDescriptor(openForReading(directory, "file"), (descriptor) =>
            readWholeFile(descriptor, said),
          );
          expect(Buffer.from(read).equals(content)).toBe(true);
        }
      }
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what was read stays as it is when another file is read", () => {
  const folder = mkdtempSync(join(tmpdir(), "imp-read-"));
  try {
    withDescriptor(openDirectoryWithoutLinks(folder), (directory) => {
      const read = ["first", "second"].map((text) => {
        writeFileSync(join(folder, "file"), text.repeat(10_000));
        return withDescriptor(openForReading(directory, "file"), (descriptor) =>
          readWholeFile(descriptor, text.length * 10_000),
        );
      });
      expect(read.map((bytes) => new TextDecoder().decode(bytes.subarray(0, 6)))).toEqual([
        "firstf",
        "second",
      ]);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
