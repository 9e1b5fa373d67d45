import { AT_FDCWD, MADV_DONTNEED } from "./abi.ts";
import { asCharacters } from "./escaped-name.ts";
import { systemCallOrErrno } from "./ffi.ts";
import { readLinkOrNull } from "./files.ts";
import { readByPath } from "./whole-file.ts";

/**
 * Has the kernel forget which pages of the executable's code this process ran so far (madvise(2) with MADV_DONTNEED).
 * What it needs of them it gets back from the page cache, sixteen at a time. Most of what ran to start does not run
 * again, but counts as this process's memory: 20 MiB, more than thousands of entries take.
 */
export function forgetCodePages(): void {
  const executable = readLinkOrNull(AT_FDCWD, "/proc/self/exe");
  if (executable === null) return;
  for (const { start, end } of codeOf(asCharacters(readByPath("/proc/self/maps")), executable)) {
    // A hint: where it is refused, all stays as it was.
    systemCallOrErrno("madvise", start, end - start, MADV_DONTNEED);
  }
}

/** Part of the address space; `end` excluded. */
export interface AddressRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the code of that file is, by the text of `/proc/self/maps` (proc_pid_maps(5)): `00400000-0045a000 r-xp 00000000
 * 08:02 173521 /usr/bin/imp`. Nothing that may be written: the pages of that cannot be had again.
 */
export function codeOf(maps: string, file: string): AddressRange[] {
  const ranges: AddressRange[] = [];
  for (let at = maps.indexOf(codeMark); at !== -1; ) {
    const newline = maps.indexOf("\n", at);
    const end = newline === -1 ? maps.length : newline;
    const [, from, to, path] = lineForm.exec(maps.slice(maps.lastIndexOf("\n", at) + 1, end)) ?? [];
    if (from !== undefined && to !== undefined && path === file) {
      ranges.push({ start: Number.parseInt(from, 16), end: Number.parseInt(to, 16) });
    }
    at = maps.indexOf(codeMark, end);
  }
  return ranges;
}

const codeMark = " r-xp ";
const lineForm = /^([\da-f]+)-([\da-f]+) r-xp [\da-f]+ [\da-f:]+ \d+ +(\/.*)$/;
