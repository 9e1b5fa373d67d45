import { TCGETS } from "./abi.ts";
import { systemCallOrErrno } from "./ffi.ts";
import { statAt } from "./stat.ts";

/** What there is to ask of the descriptors that a process is started with. */

/** False if the process was started without it. */
export function isOpen(descriptor: number): boolean {
  try {
    return statAt(descriptor, "") !== null;
  } catch {
    return false;
  }
}

const settings = new Uint8Array(256);

/** As isatty(3). */
export function isTerminal(descriptor: number): boolean {
  return systemCallOrErrno("ioctl", descriptor, TCGETS, settings) === 0;
}
