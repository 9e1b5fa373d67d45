import { CString, dlopen, FFIType, ptr } from "bun:ffi";
import { createHash } from "node:crypto";
import {
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lacks, need } from "../../../test/requirement.ts";
import type { CopyOptions, CopyResult } from "./session.ts";
import { copyTree } from "./tree.ts";

/** What the tests of the copy share: scratch folders, and a look at trees that uses nothing of imp's own code. */

export const isRoot = process.geteuid?.() === 0;

/** Says aloud why a test is left out, for `test.skipIf`. */
export function lacking(reason: string, isLacking: boolean): boolean {
  return lacks(need(!isLacking, reason));
}

/** A new folder that goes away with the test, as `using`. */
export class Scratch implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "imp-copy-"));

  at(...names: readonly string[]): string {
    return join(this.path, ...names);
  }

  [Symbol.dispose](): void {
    // Deeper than PATH_MAX, and with modes 0: rm copes with both, if it may search.
    Bun.spawnSync(["chmod", "-R", "u+rwX", this.path]);
    Bun.spawnSync(["rm", "-rf", "--one-file-system", this.path]);
  }
}

/** Runs a command and returns what it wrote; a failure is an error with its complaints. */
export function run(...command: readonly string[]): string {
  const result = Bun.spawnSync([...command]);
  if (!result.success) throw new Error(`${command.join(" ")}: ${result.stderr.toString()}`);
  return result.stdout.toString();
}

export function openFolder(path: string): number {
  return openSync(path, "r");
}

const { ptr: pointer, i32, i64, u64 } = FFIType;

const libc = dlopen(libcName(), {
  llistxattr: { args: [pointer, pointer, i64], returns: i64 },
  lgetxattr: { args: [pointer, pointer, pointer, i64], returns: i64 },
  lsetxattr: { args: [pointer, pointer, pointer, i64, i32], returns: i32 },
  mount: { args: [pointer, pointer, pointer, u64, pointer], returns: i32 },
}).symbols;

/** The C library that this very process runs on: glibc or musl. */
function libcName(): string {
  const maps = readFileSync("/proc/self/maps", "utf8");
  return /\/\S*(?:libc\.so\.6|libc\.musl\S*|ld-musl\S*)/.exec(maps)?.[0] ?? "libc.so.6";
}

function bytes(text: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from(text), Buffer.from([0])]);
}

/** False if the filesystem or the kernel refuses. */
export function setXattr(path: string | Buffer, name: string, value: Uint8Array): boolean {
  const memory = value.length === 0 ? null : ptr(value);
  return libc.lsetxattr(bytes(path), bytes(name), memory, value.length, 0) === 0;
}

export function xattrs(path: string | Buffer): Record<string, string> {
  const list = Buffer.alloc(65536);
  const value = Buffer.alloc(65536);
  const length = Number(libc.llistxattr(bytes(path), list, list.length));
  const found: Record<string, string> = {};
  for (let offset = 0; offset < length; ) {
    const name = new CString(ptr(list, offset)).toString();
    offset += Buffer.byteLength(name) + 1;
    const size = Number(libc.lgetxattr(bytes(path), bytes(name), value, value.length));
    found[name] = value.subarray(0, size).toString("hex");
  }
  return found;
}

/**
 * Mounts a FUSE filesystem of user 1234's that nothing serves. By mount(2) itself: mount(8) has its own mind about an
 * option such as `fd`, from version to version.
 */
export function mountFuse(path: string): void {
  const data = `fd=${openSync("/dev/fuse", "r+")},rootmode=40000,user_id=1234,group_id=1234`;
  const fuse = bytes("fuse");
  if (libc.mount(fuse, bytes(path), fuse, 0n, bytes(data)) !== 0) throw new Error(`${path}: no FUSE mount`);
}

/** A POSIX access control list as the kernel stores it (linux/posix_acl_xattr.h): tag, permissions, id. */
export function accessList(...lines: readonly (readonly [number, number, number])[]): Buffer {
  const list = Buffer.alloc(4 + lines.length * 8);
  list.writeUInt32LE(2, 0);
  lines.forEach(([tag, permissions, id], index) => {
    list.writeUInt16LE(tag, 4 + index * 8);
    list.writeUInt16LE(permissions, 6 + index * 8);
    list.writeUInt32LE(id, 8 + index * 8);
  });
  return list;
}

export const nobody = 0xffffffff;

const soon = Math.floor(Date.now() / 1000) + 3600;

/**
 * Sets all access times an hour ahead: with `relatime`, the default, reading does not change those, so that a test can
 * look at a tree and use it afterwards.
 */
export function freezeAccessTimes(top: string): void {
  run("find", top, "-depth", "-exec", "touch", "-h", "-a", "-d", `@${soon}.123456789`, "{}", "+");
}

/** Everything that a faithful copy keeps, by path (bytes as latin1); the tree itself is the empty path. */
export type Snapshot = Record<string, unknown>;

export function snapshot(top: string): Snapshot {
  const found: Snapshot = {};
  const firstNames = new Map<bigint, string>();
  const visit = (path: Buffer, name: string): void => {
    const stat = lstatSync(path, { bigint: true });
    const first = firstNames.get(stat.ino) ?? name;
    firstNames.set(stat.ino, first);
    found[name] = {
      mode: stat.mode.toString(8),
      owner: `${stat.uid}:${stat.gid}`,
      times: `${stat.atimeNs} ${stat.mtimeNs}`,
      device: stat.rdev,
      xattrs: xattrs(path),
      ...(stat.isDirectory() ? {} : { links: stat.nlink, first, size: stat.size }),
      ...(stat.isSymbolicLink()
        ? { text: readlinkSync(path, { encoding: "buffer" }).toString("latin1") }
        : {}),
      ...(stat.isFile() ? { content: createHash("sha256").update(readFileSync(path)).digest("hex") } : {}),
    };
    if (!stat.isDirectory()) return;
    for (const child of readdirSync(path, { encoding: "buffer" }).toSorted(Buffer.compare)) {
      visit(Buffer.concat([path, Buffer.from("/"), child]), `${name}/${child.toString("latin1")}`);
    }
  };
  visit(Buffer.from(top), "");
  return found;
}

/** Copies one folder to another by {@link copyTree}; the latter is made if need be. */
export async function copyFolder(from: string, to: string, options: CopyOptions = {}): Promise<CopyResult> {
  mkdirSync(to, { recursive: true });
  const [source, destination] = [openFolder(from), openFolder(to)];
  try {
    return await copyTree(source, destination, options);
  } finally {
    closeSync(source);
    closeSync(destination);
  }
}
