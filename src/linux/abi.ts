/**
 * Numbers of the Linux system call interface, from the kernel's uapi headers
 * (`asm/unistd_64.h`, `asm-generic/unistd.h`, `linux/fcntl.h`, `linux/stat.h`, `linux/mount.h`, `linux/openat2.h`).
 */

interface CallNumbers {
  readonly fchownat: number;
  readonly flock: number;
  readonly fsync: number;
  readonly geteuid: number;
  readonly linkat: number;
  readonly mkdirat: number;
  readonly mknodat: number;
  readonly mount: number;
  readonly mount_setattr: number;
  readonly move_mount: number;
  readonly open_tree: number;
  readonly openat: number;
  readonly openat2: number;
  readonly readlinkat: number;
  readonly renameat2: number;
  readonly statx: number;
  readonly symlinkat: number;
  readonly umount2: number;
  readonly unlinkat: number;
}

const x64: CallNumbers = {
  fchownat: 260,
  flock: 73,
  fsync: 74,
  geteuid: 107,
  linkat: 265,
  mkdirat: 258,
  mknodat: 259,
  mount: 165,
  mount_setattr: 442,
  move_mount: 429,
  open_tree: 428,
  openat: 257,
  openat2: 437,
  readlinkat: 267,
  renameat2: 316,
  statx: 332,
  symlinkat: 266,
  umount2: 166,
  unlinkat: 263,
};

const arm64: CallNumbers = {
  fchownat: 54,
  flock: 32,
  fsync: 82,
  geteuid: 175,
  linkat: 37,
  mkdirat: 34,
  mknodat: 33,
  mount: 40,
  mount_setattr: 442,
  move_mount: 429,
  open_tree: 428,
  openat: 56,
  openat2: 437,
  readlinkat: 78,
  renameat2: 276,
  statx: 291,
  symlinkat: 36,
  umount2: 39,
  unlinkat: 35,
};

export type CallName = keyof CallNumbers;

/** System call numbers of the processor that this runs on. */
export const callNumbers: CallNumbers = process.arch === "arm64" ? arm64 : x64;

export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_REMOVEDIR = 0x200;
export const AT_NO_AUTOMOUNT = 0x800;
export const AT_EMPTY_PATH = 0x1000;

export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;
/** The two flags below trade places with two others on arm64 (`asm/fcntl.h`). */
export const O_DIRECTORY = process.arch === "arm64" ? 0o40000 : 0o200000;
export const O_NOFOLLOW = process.arch === "arm64" ? 0o100000 : 0o400000;

export const RESOLVE_NO_MAGICLINKS = 0x02;
export const RESOLVE_NO_SYMLINKS = 0x04;

export const RENAME_NOREPLACE = 1;
export const RENAME_EXCHANGE = 2;

export const STATX_BASIC_STATS = 0x7ff;
export const STATX_BTIME = 0x800;
export const STATX_MNT_ID = 0x1000;

export const OPEN_TREE_CLONE = 1;
export const OPEN_TREE_CLOEXEC = O_CLOEXEC;
export const MOVE_MOUNT_F_EMPTY_PATH = 0x04;
export const MOVE_MOUNT_T_EMPTY_PATH = 0x40;
export const MOVE_MOUNT_BENEATH = 0x200;
export const MS_RDONLY = 1;
export const MS_REMOUNT = 32;
export const MS_BIND = 4096;
export const MS_PRIVATE = 1 << 18;
export const MNT_DETACH = 2;
export const UMOUNT_NOFOLLOW = 8;

export const LOCK_EX = 2;
export const LOCK_NB = 4;
