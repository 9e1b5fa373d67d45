import { systemCall } from "./ffi.ts";

/** The effective user number of this process. */
export function effectiveUser(): number {
  return systemCall("geteuid", "");
}
