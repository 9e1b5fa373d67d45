import { setAccessTime } from "./attributes.ts";
import { systemCall } from "./ffi.ts";
import { statDescriptor } from "./stat.ts";

/** `linux/magic.h` */
const OVERLAYFS_SUPER_MAGIC = 0x794c7630;

const buffer = new Uint8Array(120);
const view = new DataView(buffer.buffer);

/** True if the object behind any descriptor, a handle included, lies on an overlay (fstatfs(2)). */
export function isOnOverlay(descriptor: number): boolean {
  systemCall("fstatfs", "", descriptor, buffer);
  // `f_type` is the first word of `struct statfs`.
  return view.getUint32(0, true) === OVERLAYFS_SUPER_MAGIC;
}

/**
 * Has an overlay copy the object up from a lower layer, if it lies in one, as every change of it would. Nothing that
 * anybody reads is another afterwards but its birth, its change time and, on some overlays, its inode number
 * (Documentation/filesystems/overlayfs.rst, "Inode properties").
 * @param descriptor of any kind, a handle of a symlink included; it stands for the same object as before
 * @throws SystemError EPERM if it belongs to somebody else, and all that a change of it would meet
 */
export function copyUp(descriptor: number): void {
  // One of the few changes that fit every type of object and leave it as it is.
  setAccessTime(descriptor, statDescriptor(descriptor).accessed);
}
