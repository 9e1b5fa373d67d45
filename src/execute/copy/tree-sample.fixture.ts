import { chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeSpecialFile } from "../../linux/directory-entries.ts";
import { accessList, freezeAccessTimes, isRoot, nobody, openFolder, run, setXattr } from "./tree.fixture.ts";

/** A tree with one of everything, and times of its own. */
export function makeSample(top: string): void {
  mkdirSync(join(top, "folder/inner"), { recursive: true });
  mkdirSync(join(top, "empty folder"));
  writeFileSync(join(top, "empty"), "");
  writeFileSync(join(top, "folder/text"), "hello");
  writeFileSync(join(top, "folder/large"), Buffer.alloc(3_000_001, "imp "));
  writeFileSync(join(top, "program"), "#!/bin/sh\n");
  makeNames(join(top, "names"));
  makeLinks(top);
  makeAttributes(top);
  const folder = openFolder(top);
  makeSpecialFile(folder, "fifo", "fifo", "0:0");
  makeSpecialFile(folder, "socket", "socket", "0:0");
  if (isRoot) makeWhatIsRoots(top, folder);
  chmodSync(join(top, "program"), 0o6755);
  chmodSync(join(top, "folder/text"), 0o400);
  chmodSync(join(top, "empty folder"), 0o3777);
  chmodSync(join(top, "fifo"), 0o622);
  setAllTimes(top);
}

function makeNames(folder: string): void {
  mkdirSync(folder);
  const names = ["two\nlines", " -rf *", "'\"\\", "é".repeat(127), "x".repeat(255), "\u{1f600}"];
  for (const name of names) writeFileSync(join(folder, name), name);
  const bytes = Buffer.from([0xff, 0x20, 0xc3, 0x28, 0xed, 0xb2, 0x80]);
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), bytes]), "not UTF-8");
  symlinkSync(bytes, join(folder, "link with other bytes"));
}

function makeLinks(top: string): void {
  symlinkSync("folder/text", join(top, "link"));
  symlinkSync("/nowhere/at all", join(top, "dangling"));
  symlinkSync("folder", join(top, "link to a folder"));
  linkSync(join(top, "folder/text"), join(top, "folder/inner/second name"));
  linkSync(join(top, "folder/text"), join(top, "third name"));
  linkSync(join(top, "dangling"), join(top, "dangling too"));
}

function makeAttributes(top: string): void {
  setXattr(join(top, "folder/text"), "user.comment", Buffer.from([0, 1, 255, 10]));
  setXattr(join(top, "folder/text"), "user.empty", Buffer.alloc(0));
  setXattr(join(top, "folder"), "user.large", Buffer.alloc(2000, 7));
  const list = accessList([1, 7, nobody], [2, 6, 1234], [4, 5, nobody], [16, 7, nobody], [32, 0, nobody]);
  setXattr(join(top, "folder/large"), "system.posix_acl_access", list);
  setXattr(join(top, "folder/inner"), "system.posix_acl_default", list);
}

function makeWhatIsRoots(top: string, folder: number): void {
  makeSpecialFile(folder, "null", "character-device", "1:3");
  makeSpecialFile(folder, "disk", "block-device", "259:70000");
  run("chown", "-h", "1234:5678", join(top, "link"), join(top, "program"), join(top, "null"));
  run("chown", "1234:5678", join(top, "folder"), join(top, "socket"));
  writeFileSync(join(top, "capable"), "");
  run("chown", "1234:5678", join(top, "capable"));
  // VFS_CAP_REVISION_2, effective; cap_net_raw permitted (capability.h).
  const capability = Buffer.from("0100000200200000000000000000000000000000", "hex");
  setXattr(join(top, "capable"), "security.capability", capability);
  setXattr(join(top, "link"), "trusted.note", Buffer.from("on a link"));
  setXattr(join(top, "fifo"), "trusted.note", Buffer.from("on a fifo"));
}

/** By touch, which knows nanoseconds and years before 1970. */
function setAllTimes(top: string): void {
  freezeAccessTimes(top);
  run("find", top, "-depth", "-exec", "touch", "-h", "-m", "-d", "@981173106.987654321", "{}", "+");
  run("touch", "-h", "-m", "-d", "@-1.250000001", join(top, "folder/large"), join(top, "dangling"));
}
