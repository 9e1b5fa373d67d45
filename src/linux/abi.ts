/**
 * Numbers of the Linux system call interface, from the kernel's uapi headers
 * (`asm/unistd_64.h`, `asm-generic/unistd.h`, `asm-generic/errno.h`, `linux/fcntl.h`, `linux/stat.h`, `linux/mount.h`, `linux/openat2.h`).
 */

interface CallNumbers {
  readonly close: number;
  readonly copy_file_range: number;
  readonly fchmodat: number;
  readonly fchownat: number;
  readonly flock: number;
  readonly fstatfs: number;
  readonly fsync: number;
  readonly ftruncate: number;
  readonly getdents64: number;
  readonly geteuid: number;
  readonly getxattr: number;
  readonly ioctl: number;
  readonly linkat: number;
  readonly listxattr: number;
  readonly lseek: number;
  readonly mkdirat: number;
  readonly mknodat: number;
  readonly mount: number;
  readonly mount_setattr: number;
  readonly move_mount: number;
  readonly open_tree: number;
  readonly openat: number;
  readonly openat2: number;
  readonly pread64: number;
  readonly pwrite64: number;
  readonly read: number;
  readonly readlinkat: number;
  readonly removexattr: number;
  readonly renameat2: number;
  readonly setxattr: number;
  readonly statx: number;
  readonly symlinkat: number;
  readonly sync_file_range: number;
  readonly syncfs: number;
  readonly umount2: number;
  readonly unlinkat: number;
  readonly utimensat: number;
  readonly write: number;
}

const x64: CallNumbers = {
  close: 3,
  copy_file_range: 326,
  fchmodat: 268,
  fchownat: 260,
  flock: 73,
  fstatfs: 138,
  fsync: 74,
  ftruncate: 77,
  getdents64: 217,
  geteuid: 107,
  getxattr: 191,
  ioctl: 16,
  linkat: 265,
  listxattr: 194,
  lseek: 8,
  mkdirat: 258,
  mknodat: 259,
  mount: 165,
  mount_setattr: 442,
  move_mount: 429,
  open_tree: 428,
  openat: 257,
  openat2: 437,
  pread64: 17,
  pwrite64: 18,
  read: 0,
  readlinkat: 267,
  removexattr: 197,
  renameat2: 316,
  setxattr: 188,
  statx: 332,
  symlinkat: 266,
  sync_file_range: 277,
  syncfs: 306,
  umount2: 166,
  unlinkat: 263,
  utimensat: 280,
  write: 1,
};

const arm64: CallNumbers = {
  close: 57,
  copy_file_range: 285,
  fchmodat: 53,
  fchownat: 54,
  flock: 32,
  fstatfs: 44,
  fsync: 82,
  ftruncate: 46,
  getdents64: 61,
  geteuid: 175,
  getxattr: 8,
  ioctl: 29,
  linkat: 37,
  listxattr: 11,
  lseek: 62,
  mkdirat: 34,
  mknodat: 33,
  mount: 40,
  mount_setattr: 442,
  move_mount: 429,
  open_tree: 428,
  openat: 56,
  openat2: 437,
  pread64: 67,
  pwrite64: 68,
  read: 63,
  readlinkat: 78,
  removexattr: 14,
  renameat2: 276,
  setxattr: 5,
  statx: 291,
  symlinkat: 36,
  sync_file_range: 84,
  syncfs: 267,
  umount2: 39,
  unlinkat: 35,
  utimensat: 88,
  write: 64,
};

export type CallName = keyof CallNumbers;

/** System call numbers of the processor that this runs on. */
export const callNumbers: CallNumbers = process.arch === "arm64" ? arm64 : x64;

export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_REMOVEDIR = 0x200;
export const AT_SYMLINK_FOLLOW = 0x400;
export const AT_NO_AUTOMOUNT = 0x800;
export const AT_EMPTY_PATH = 0x1000;

export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_NONBLOCK = 0o4000;
export const O_NOATIME = 0o1000000;
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;
/** The two flags below trade places with two others on arm64 (`asm/fcntl.h`). */
export const O_DIRECTORY = process.arch === "arm64" ? 0o40000 : 0o200000;
export const O_NOFOLLOW = process.arch === "arm64" ? 0o100000 : 0o400000;

/** `__O_TMPFILE | O_DIRECTORY` (`asm-generic/fcntl.h`). */
export const O_TMPFILE = 0o20000000 | O_DIRECTORY;

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
export const MS_PRIVATE = 1 << 18;
export const MNT_DETACH = 2;
export const MNT_EXPIRE = 4;
export const UMOUNT_NOFOLLOW = 8;

export const LOCK_EX = 2;
export const LOCK_NB = 4;
export const LOCK_UN = 8;

/** `asm-generic/ioctls.h` */
export const TCGETS = 0x5401;

export const SEEK_END = 2;
export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;
export const SYNC_FILE_RANGE_WRITE = 2;
/** `_IOW(0x94, 9, int)`, ioctl_ficlone(2). */
export const FICLONE = 0x40049409;

export const S_IFIFO = 0o010000;
export const S_IFCHR = 0o020000;
export const S_IFBLK = 0o060000;
export const S_IFSOCK = 0o140000;

/** Error numbers, the same on every machine that imp is built for. A system call answers with the negative one. */
export const errno = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ENOTTY: 25,
  ETXTBSY: 26,
  EFBIG: 27,
  ENOSPC: 28,
  EROFS: 30,
  EMLINK: 31,
  EPIPE: 32,
  ERANGE: 34,
  ENAMETOOLONG: 36,
  ENOSYS: 38,
  ENOTEMPTY: 39,
  ELOOP: 40,
  ENODATA: 61,
  EOPNOTSUPP: 95,
  ESTALE: 116,
  EDQUOT: 122,
} as const;
