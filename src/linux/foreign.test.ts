import {
  dlopen,
  FFIType,
  CString as ModuleString,
  ptr as modulePtr,
  read as moduleRead,
  type Pointer,
} from "bun:ffi";
import { expect, test } from "bun:test";
import { CString, kinds, openLibrary, ptr, read } from "./foreign.ts";

/* What `foreign.ts` takes from the runtime, against the module that is documented. */

const libc = "libc.so.6";
const functions = {
  getpid: { args: [], returns: kinds.i32 },
  labs: { args: [kinds.word], returns: kinds.word },
  strchr: { args: [kinds.pointer, kinds.i32], returns: kinds.pointer },
} as const;

test("kinds of arguments have the numbers of the module's", () => {
  const { i64_fast: word, i32, ptr: pointer, u32 } = FFIType;
  expect(kinds as unknown).toEqual({ word, i32, pointer, u32 });
});

test("functions are the same, and so are addresses and what stands there", () => {
  const direct = openLibrary(libc, functions);
  const { symbols } = dlopen(libc, functions);
  expect(direct.getpid()).toBe(process.pid);
  for (const number of [0, -5, 2 ** 40, -(2 ** 52)]) expect(direct.labs(number)).toBe(symbols.labs(number));
  const text = new TextEncoder().encode("imp\0");
  expect(ptr(text)).toBe(modulePtr(text));
  const place = direct.strchr(ptr(text), 0x6d) as Pointer;
  expect(place).toBe(symbols.strchr(modulePtr(text), 0x6d) as Pointer);
  expect(new CString(place).toString()).toBe(new ModuleString(place).toString());
  expect(read.u32(ptr(text), 0)).toBe(moduleRead.u32(modulePtr(text), 0));
});

test("a library that is not there is an error", () => {
  expect(() => openLibrary("libimp-is-no-library.so", functions)).toThrow("libimp-is-no-library.so");
});
