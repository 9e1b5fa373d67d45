import { TCGETS } from "./abi.ts";
import { systemCallOrErrno } from "./ffi.ts";

/** What there is to ask of the descriptors that a process is started with. */

const settings = new Uint8Array(256);

/** As isatty(3). */
export function isTerminal(descriptor: number): boolean {
  return systemCallOrErrno("ioctl", descriptor, TCGETS, settings) === 0;
}
