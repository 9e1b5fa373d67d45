import { AT_EMPTY_PATH } from "./abi.ts";
import { systemCall } from "./ffi.ts";

export interface DeviceNumber {
  readonly major: number;
  readonly minor: number;
}

/** Offsets in `struct statx` (linux/stat.h). */
const at = { major: 128, minor: 132 } as const;
const buffer = new Uint8Array(256);
const view = new DataView(buffer.buffer);

/** Which device the device node behind `descriptor` stands for; 0:0 for all other objects. */
export function deviceNumber(descriptor: number): DeviceNumber {
  // statx(2) fills these two fields whatever is asked for.
  systemCall("statx", "", descriptor, "", AT_EMPTY_PATH, 0, buffer);
  return { major: view.getUint32(at.major, true), minor: view.getUint32(at.minor, true) };
}
