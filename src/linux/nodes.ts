import { AT_EMPTY_PATH, S_IFBLK, S_IFCHR, S_IFIFO, S_IFSOCK } from "./abi.ts";
import { systemCall } from "./ffi.ts";

/** FIFOs, sockets and devices, and second names. */

export type NodeType = "fifo" | "socket" | "character-device" | "block-device";

const typeBits: Readonly<Record<NodeType, number>> = {
  fifo: S_IFIFO,
  socket: S_IFSOCK,
  "character-device": S_IFCHR,
  "block-device": S_IFBLK,
};

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

/**
 * Makes a node that only its owner can open (mknodat(2)).
 * @param device counts for devices only, and these need CAP_MKNOD
 */
export function makeNode(directory: number, name: string, type: NodeType, device: DeviceNumber): void {
  const { major, minor } = device;
  const encoded = (minor & 0xff) + major * 0x100 + (minor - (minor & 0xff)) * 0x1000;
  systemCall("mknodat", name, directory, name, typeBits[type] | 0o600, encoded);
}

/** Gives the object `oldName` a second name (linkat(2)); a symlink is not followed. */
export function makeLink(oldDirectory: number, oldName: string, directory: number, name: string): void {
  systemCall("linkat", name, oldDirectory, oldName, directory, name, 0);
}
