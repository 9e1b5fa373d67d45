import { CString, dlopen, type FFIFunction, FFIType, type Pointer, ptr, read } from "bun:ffi";
import { type CallName, callNumbers, errno } from "./abi.ts";
import { encodePath, hasStrayByte } from "./path-encoding.ts";

const { i64_fast: word, i32, ptr: pointer, u32 } = FFIType;

const signatures = {
  syscall: { args: [word, word, word, word, word, word, word], returns: word },
  __errno_location: { args: [], returns: pointer },
} as const;

/** What few commands call; each function takes a while to prepare. */
const rareSignatures = {
  strerror: { args: [i32], returns: pointer },
  getpwnam_r: { args: [pointer, pointer, pointer, word, pointer], returns: i32 },
  getpwuid_r: { args: [u32, pointer, pointer, word, pointer], returns: i32 },
  getgrnam_r: { args: [pointer, pointer, pointer, word, pointer], returns: i32 },
  getgrgid_r: { args: [u32, pointer, pointer, word, pointer], returns: i32 },
} as const;

/** From the C library of the running system: glibc, or else musl. */
function openLibc<const Functions extends Record<string, FFIFunction>>(functions: Functions) {
  try {
    return dlopen("libc.so.6", functions).symbols;
  } catch {
    return dlopen(`libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`, functions).symbols;
  }
}

const libc = openLibc(signatures);
const errnoAddress = libc.__errno_location() as Pointer;

let rare: ReturnType<typeof openLibc<typeof rareSignatures>> | null = null;

/** The C library's functions that are no system calls. */
export function libcFunctions() {
  rare ??= openLibc(rareSignatures);
  return rare;
}

/** A system call that the kernel refused. */
export class SystemError extends Error {
  override readonly name = "SystemError";
  /** The errno's name, for example `EBUSY`; `E` and the number for the rare ones. */
  readonly code: string;
  readonly call: string;
  /** What the call was about: a path, or empty. */
  readonly path: string;

  constructor(call: string, reason: number, path: string) {
    super(new CString(libcFunctions().strerror(reason) as Pointer).toString());
    this.code = Object.entries(errno).find(([, number]) => number === reason)?.[0] ?? `E${reason}`;
    this.call = call;
    this.path = path;
  }
}

/** True if `error` is the kernel's refusal with one of these errno names. */
export function isSystemError(error: unknown, ...codes: readonly string[]): error is SystemError {
  return error instanceof SystemError && (codes.length === 0 || codes.includes(error.code));
}

/** A system call argument: a number, a path or name, or memory that the kernel reads or writes. */
type Argument = number | string | Uint8Array;

/**
 * Makes one system call and returns its result.
 * @param path what the call is about, for the error's text only
 * @throws SystemError if the kernel answers with an errno
 */
export function systemCall(
  name: CallName,
  path: string,
  a?: Argument,
  b?: Argument,
  c?: Argument,
  d?: Argument,
  e?: Argument,
  f?: Argument,
): number {
  const result = systemCallOrErrno(name, a, b, c, d, e, f);
  if (result < 0) throw new SystemError(name, -result, path);
  return result;
}

/** As {@link systemCall}, but an errno comes back as a negative number: for the places where errors are common. */
export function systemCallOrErrno(
  name: CallName,
  a: Argument = 0,
  b: Argument = 0,
  c: Argument = 0,
  d: Argument = 0,
  e: Argument = 0,
  f: Argument = 0,
): number {
  textsInCall = 0;
  // Most arguments are numbers, for which a function call each would take longer than the kernel does.
  const result = libc.syscall(
    callNumbers[name],
    typeof a === "number" ? a : address(a),
    typeof b === "number" ? b : address(b),
    typeof c === "number" ? c : address(c),
    typeof d === "number" ? d : address(d),
    typeof e === "number" ? e : address(e),
    typeof f === "number" ? f : address(f),
  ) as number;
  return result < 0 ? -lastErrno() : result;
}

/**
 * As {@link systemCallOrErrno}, for the calls that are made of every entry, in less time: with the call's number of
 * {@link callNumbers}, a text as its second argument, and nothing but numbers besides.
 */
export function callAt(
  call: number,
  directory: number,
  text: string,
  c: number,
  d: number,
  e: number,
): number {
  textsInCall = 0;
  const result = libc.syscall(call, directory, addressOfText(text), c, d, e, 0) as number;
  return result < 0 ? -lastErrno() : result;
}

/** As {@link callAt}, for the calls with a descriptor alone. */
export function callOn(call: number, descriptor: number): number {
  const result = libc.syscall(call, descriptor, 0, 0, 0, 0, 0) as number;
  return result < 0 ? -lastErrno() : result;
}

/** Why the last call failed. The C library keeps it for each thread, and calls are made in one alone. */
function lastErrno(): number {
  return read.i32(errnoAddress, 0);
}

function address(argument: string | Uint8Array): number {
  return typeof argument === "string" ? addressOfText(argument) : ptr(argument);
}

/** The texts of a call, as the kernel reads them; no call has more than two. */
const texts = [newText(), newText()];
let textsInCall = 0;

interface TextBuffer {
  readonly bytes: Uint8Array;
  readonly address: number;
  /** What the bytes are of: several calls with the same name come one after the other. No kernel writes there. */
  text: string;
  /** What is too long for the buffer, or no UTF-8, has memory of its own; held here until the call is over. */
  rare: Uint8Array | null;
}

function newText(): TextBuffer {
  const bytes = new Uint8Array(16 * 1024);
  return { bytes, address: ptr(bytes), text: "", rare: null };
}

/** Calls are made for each entry of a configuration, so not each of their texts gets memory of its own. */
function addressOfText(text: string): number {
  if (text === "") return ptr(nothing);
  const buffer = texts[textsInCall];
  if (buffer === undefined) throw new Error("a system call with more than two texts");
  textsInCall += 1;
  if (buffer.text === text) return buffer.address;
  // Three bytes are the most that one UTF-16 unit takes.
  if (text.length * 3 >= buffer.bytes.length || hasStrayByte(text)) {
    buffer.rare = cString(text);
    return ptr(buffer.rare);
  }
  buffer.bytes[encoder.encodeInto(text, buffer.bytes).written] = 0;
  buffer.text = text;
  return buffer.address;
}

const encoder = new TextEncoder();
// Its address is asked for each time, so that it stays alive: what only an address is left of is collected.
const nothing = new Uint8Array(1);

/** A path as the kernel reads it: bytes that end with NUL. */
export function cString(text: string): Uint8Array {
  return encodePath(`${text}\0`);
}
