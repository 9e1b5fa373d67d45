import { existsSync, globSync } from "node:fs";
import { need } from "../requirement.ts";
import type { Machine } from "./machine.ts";

const udisks = "/usr/libexec/udisks2/udisksd";
const monitor = "/usr/libexec/gvfs-udisks2-volume-monitor";

/** What this machine lacks to list mounts as a desktop does; null if nothing. */
export const lackOfDesktop = need(
  [udisks, monitor, "/usr/bin/gio", "/usr/bin/dbus-run-session"].every(existsSync) && hasRemoteMonitors(),
  "a desktop's volume monitor (gvfs, udisks2, dbus-daemon, libglib2.0-bin)",
);

/** What has GLib ask the monitor: without it, GLib's own list of mounts is all there is. */
function hasRemoteMonitors(): boolean {
  return globSync("/usr/lib{,64}{,/*}/gio/modules/libgioremote-volume-monitor.so").length > 0;
}

/** A bus of its own takes the place of the system's. GLib alone does not know `x-gvfs-hide`: gvfs's monitor does. */
const listing = `
  export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/tmp/system-bus
  rm -f /tmp/system-bus
  bus=$(dbus-daemon --session --address=$DBUS_SYSTEM_BUS_ADDRESS --fork --print-pid --nopidfile)
  ${udisks} &
  daemon=$!
  gdbus wait --system --timeout 30 org.freedesktop.UDisks2
  dbus-run-session -- gio mount -l >&3
  kill $daemon $bus
`;

/** The mounts that a desktop shows, as gio(1) lists them. */
export async function shownMounts(machine: Machine): Promise<string> {
  return machine.sh(`exec 3>&1 >/dev/null 2>&1${listing}`);
}
