import { readMounts } from "../../linux/mountinfo.ts";
import { type Mount, mountTable, visibleMount } from "../../model/mount.ts";
import { isAtOrBelow } from "../../model/path.ts";
import { type Failure, failure, type Problem } from "../../model/problem.ts";

/** What outlives a reboot, as far as the kernel's tables tell. */

/** Filesystems in memory. */
const volatile = ["tmpfs", "ramfs", "rootfs"];

/** True for a mount whose content is gone after a reboot; an overlay over the root most likely is one of those. */
function isVolatile({ filesystem, mountPoint }: Mount): boolean {
  return volatile.includes(filesystem) || (filesystem === "overlay" && mountPoint === "/");
}

/** The mount that a path lies on, if its content does not outlive a reboot. */
function volatileMountOf(path: string): Mount | null {
  const mount = visibleMount(mountTable(readMounts()), path);
  return isVolatile(mount) ? mount : null;
}

const remedy =
  'keep it on the persistent filesystem: set `state_dir = "/persist/imp"` (wherever that is mounted) in imp.toml, ' +
  "and run `imp apply`";

/**
 * Refuses a state directory that imp could not read at boot.
 * @param homes of people, as far as known
 * @throws Failure (1)
 */
export function refuseStatePlace(path: string, homes: readonly string[]): void {
  const home = homes.find((candidate) => candidate !== "/" && isAtOrBelow(path, candidate));
  if (home !== undefined) {
    throw refusal(`the state directory ${path} lies below a home (${home}), which may not be there so early`);
  }
  const mount = volatileMountOf(path);
  if (mount !== null) {
    const where = `${mount.filesystem} at ${mount.mountPoint}`;
    throw refusal(`the state directory ${path} lies on ${where}, which a reboot throws away`);
  }
}

function refusal(message: string): Failure {
  return failure(1, message, remedy);
}

/** A warning about a file that the boot needs and that a reboot may throw away, or nothing. */
export function warnIfVolatile(what: string, path: string, help: string): Problem[] {
  const mount = volatileMountOf(path);
  if (mount === null) return [];
  const loss =
    mount.filesystem === "overlay"
      ? "whose upper layer a reboot may throw away"
      : "which a reboot throws away";
  const message = `${what} ${path} lies on ${mount.filesystem} at ${mount.mountPoint}, ${loss}`;
  return [{ severity: "warning", message, help }];
}
