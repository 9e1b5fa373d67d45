import { expect, test } from "bun:test";
import { readFileSync, readlinkSync } from "node:fs";
import { codeOf, forgetCodePages } from "./code-pages.ts";

const maps = [
  "00200000-01a39000 r--p 00000000 fe:00 1234                               /usr/bin/imp",
  "01a39000-0684a000 r-xp 01838000 fe:00 1234                               /usr/bin/imp",
  "0684a000-0685e000 rw-p 06641000 fe:00 1234                               /usr/bin/imp",
  "0685e000-0685f000 rwxp 06641000 fe:00 1234                               /usr/bin/imp",
  "0685f000-06860000 r-xp 00000000 00:00 0 ",
  "06860000-06861000 r-xp 00000000 fe:00 1235                               /usr/bin/imp r-xp other",
  "7f0000000000-7f0000100000 r-xp 00000000 fe:00 99                         /usr/lib/libc.so.6",
  "7f0000200000-7f0000300000 r-xp 00000000 fe:00 1234                       /usr/bin/imp",
  "7fff00000000-7fff00001000 r-xp 00000000 00:00 0                          [vdso]",
  "",
].join("\n");

test("only code of the file is taken, and nothing that may be written", () => {
  expect(codeOf(maps, "/usr/bin/imp")).toEqual([
    { start: 0x1a39000, end: 0x684a000 },
    { start: 0x7f0000200000, end: 0x7f0000300000 },
  ]);
  expect(codeOf(maps, "/usr/bin/imp r-xp other")).toEqual([{ start: 0x6860000, end: 0x6861000 }]);
  expect(codeOf(maps, "/usr/bin/other")).toEqual([]);
  expect(codeOf("", "/usr/bin/imp")).toEqual([]);
});

test("forgotten code is there again when it runs", () => {
  const before = residentCode();
  forgetCodePages();
  const after = residentCode();
  expect(before).toBeGreaterThan(0);
  expect(after).toBeLessThan(before);
});

/** KiB of the executable's code that count as this process's memory. */
function residentCode(): number {
  const executable = readlinkSync("/proc/self/exe");
  const parts = readFileSync("/proc/self/smaps", "latin1").split(/^(?=[\da-f]+-[\da-f]+ )/m);
  const code = parts.filter((part) => part.includes(" r-xp ") && part.includes(executable));
  return code.reduce((sum, part) => sum + Number(/^Rss:\s+(\d+)/m.exec(part)?.[1] ?? 0), 0);
}
