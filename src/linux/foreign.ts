import type { FFIFunction, FFIType } from "bun:ffi";

type ForeignFunctions = Pick<typeof import("bun:ffi"), "dlopen" | "ptr" | "read" | "CString">;

/**
 * What the module `bun:ffi` is made of, without that module: reading it takes every start half a millisecond, where all of
 * `imp current` takes six. The runtime gives it to the module by this name, and documents the module only; `foreign.test.ts`
 * holds one against the other, and without it no command would get as far as its first system call.
 */
const { FFI } = Bun as unknown as { readonly FFI: ForeignFunctions };

/** The address of memory, which stays valid as long as somebody holds that; and reading from an address. */
export const { ptr, read, CString } = FFI;

/** Kinds of arguments and results, by the numbers of the enumeration `FFIType`. */
export const kinds = {
  word: 15 as FFIType.i64_fast,
  i32: 5 as FFIType.int32_t,
  pointer: 12 as FFIType.ptr,
  u32: 6 as FFIType.uint32_t,
} as const;

/**
 * Functions of a library of the system's.
 * @throws Error if there is no such library
 */
export function openLibrary<const Functions extends Record<string, FFIFunction>>(
  name: string,
  functions: Functions,
) {
  const library: ReturnType<typeof FFI.dlopen<Functions>> | Error = FFI.dlopen(name, functions);
  if (library instanceof Error) throw library;
  return library.symbols;
}
