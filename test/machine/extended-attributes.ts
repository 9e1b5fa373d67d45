import { dlopen, FFIType } from "bun:ffi";

const { cstring, i32, i64, ptr: pointer, u64 } = FFIType;

const signatures = {
  setxattr: { args: [cstring, cstring, pointer, u64, i32], returns: i32 },
  getxattr: { args: [cstring, cstring, pointer, u64], returns: i64 },
} as const;

/** glibc, or else musl. */
function openLibc() {
  try {
    return dlopen("libc.so.6", signatures);
  } catch {
    return dlopen(`libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`, signatures);
  }
}

/** Sets an extended attribute of a file. Returns false if its filesystem keeps none of that kind. */
export function setExtendedAttribute(path: string, name: string, value: string | Uint8Array): boolean {
  const bytes = Buffer.from(value);
  return openLibc().symbols.setxattr(cString(path), cString(name), bytes, BigInt(bytes.length), 0) === 0;
}

/** The value of an extended attribute, or null. */
export function extendedAttribute(path: string, name: string): string | null {
  const bytes = Buffer.alloc(1024);
  const length = Number(
    openLibc().symbols.getxattr(cString(path), cString(name), bytes, BigInt(bytes.length)),
  );
  return length < 0 ? null : bytes.subarray(0, length).toString();
}

function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}
