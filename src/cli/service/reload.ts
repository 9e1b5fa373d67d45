import { isSystemdRunning, systemctl } from "../../linux/systemctl.ts";
import type { Problem } from "../../model/problem.ts";

/** Lets a running systemd read its units anew. */
export function reloadSystemd(): Problem[] {
  if (!isSystemdRunning()) return [];
  const answer = systemctl("daemon-reload");
  if (answer.kind === "done") return [];
  const message = `systemd did not read its units anew: ${answer.reason}`;
  return [{ severity: "warning", message, help: "run `systemctl daemon-reload`, or reboot" }];
}
