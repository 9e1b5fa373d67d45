import { expect, test } from "bun:test";
import { statSync } from "node:fs";
import { deviceNumber } from "./device-number.ts";
import { statAt } from "./stat.ts";

test("a device has the number that stat(2) gives it", () => {
  for (const path of ["/", "/proc", "/dev", "/dev/null", "/tmp"]) {
    const { dev } = statSync(path, { bigint: true });
    const stat = statAt(-100, path);
    expect(stat && deviceNumber(stat.device)).toBe(dev);
  }
});

test("large numbers keep all their bits", () => {
  expect(deviceNumber("259:1")).toBe(0x10301n);
  expect(deviceNumber("8:300")).toBe(0x10082cn);
  expect(deviceNumber("4096:1048576")).toBe((4096n << 32n) | (1048576n << 12n));
});
