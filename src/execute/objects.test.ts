import { describe, expect, test } from "bun:test";
import type { Stat } from "../linux/stat.ts";
import { madeBy } from "./objects.ts";

const directory: Stat = {
  type: "directory",
  mode: 0o755,
  uid: 0,
  gid: 0,
  links: 2,
  size: 0,
  device: "0:1",
  inode: "12",
  mountId: 1,
  mountRoot: false,
  representedDevice: "0:0",
  accessed: "0",
  modified: "0",
  birth: null,
};

/** Nanoseconds since the epoch, so many seconds from now. */
function inSeconds(seconds: number): string {
  return String(BigInt(Date.now() + seconds * 1000) * 1_000_000n);
}

describe("what a killed command can have made", () => {
  const startedAt = new Date().toISOString();

  test("was born after it began", () => {
    const isMade = madeBy(startedAt, []);
    expect(isMade({ ...directory, birth: inSeconds(5) })).toBe(true);
    expect(isMade({ ...directory, birth: inSeconds(-5) })).toBe(false);
  });

  test("may be anything where births are not known, unless the machine was started again", () => {
    expect(madeBy(startedAt, [])(directory)).toBe(true);
    expect(madeBy("2001-02-03T04:05:06.789Z", [])(directory)).toBe(false);
  });

  test("was not born after the machine was started again", () => {
    expect(madeBy("2001-02-03T04:05:06.789Z", [])({ ...directory, birth: inSeconds(0) })).toBe(false);
  });

  test("is not what it only moved", () => {
    const birth = inSeconds(1);
    expect(madeBy(startedAt, [{ inode: "12", birth }])({ ...directory, birth })).toBe(false);
    expect(madeBy(startedAt, [{ inode: "13", birth }])({ ...directory, birth })).toBe(true);
  });
});
