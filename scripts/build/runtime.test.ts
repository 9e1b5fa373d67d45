import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import packageFile from "../../package.json" with { type: "json" };
import { lockedPackage, requireIntegrity } from "./runtime.ts";
import { targets } from "./targets.ts";

const lockFile = await Bun.file(join(import.meta.dir, "../../package-lock.json")).text();

test("package-lock.json has a checksum of every target's runtime, in the version that builds", () => {
  for (const name of Object.values(targets)) {
    const { version, integrity } = lockedPackage(lockFile, name);
    expect(version).toBe(packageFile.devDependencies.bun);
    expect(integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
  }
});

test("a runtime that package-lock.json does not know is refused", () => {
  expect(() => lockedPackage(lockFile, "@oven/bun-linux-riscv64")).toThrow(
    "package-lock.json has no checksum for @oven/bun-linux-riscv64",
  );
});

describe("a packed runtime", () => {
  const content = new TextEncoder().encode("runtime\n");
  // openssl dgst -sha512 -binary | base64
  const integrity =
    "sha512-oG/lxHihqaM7nqAHt5r3C+5VNgQy2uq1ZUdz4LOq8yDqrIcHgwTP+8DLs/tNkgVKocut/8GJ+wUEVRcGHvP1Pw==";

  test("with its checksum is taken", () => {
    expect(() => requireIntegrity("runtime@1", content, integrity)).not.toThrow();
  });

  test("that was changed by a single bit is refused", () => {
    const changed = content.with(0, (content[0] ?? 0) ^ 1);
    expect(() => requireIntegrity("runtime@1", changed, integrity)).toThrow(
      "is not what package-lock.json has",
    );
  });
});
