import type { UnitFile } from "../../boot/service-unit.ts";
import type { UnitChange } from "../service/install.ts";
import type { LastRun, ServiceStatus } from "../service/status.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";

/** Units as they are, one after the other. */
export function printLines(units: readonly UnitFile[]): string[] {
  return units.flatMap(({ name, text }, index) => [
    ...(index === 0 ? [] : ["", `# ${name}`]),
    ...text.trimEnd().split("\n"),
  ]);
}

export function unitChangeLines({ unit, change }: UnitChange): string[] {
  const path = printable(unit);
  switch (change) {
    case "written":
      return [`Wrote and enabled ${path}.`];
    case "enabled":
      return [`Enabled ${path}.`];
    case "unchanged":
      return [`${path} is installed and enabled already.`];
    case "removed":
      return [`Removed ${path}.`];
  }
}

export function statusLines(
  { unit, service, enabled, upToDate, lastRun }: ServiceStatus,
  paint: Paint,
): string[] {
  if (service === null) return [`${printable(unit)}: ${paint.red("not installed")}`];
  const words = [
    enabled ? paint.green("enabled") : paint.red("not enabled"),
    upToDate === true
      ? "up to date"
      : paint.red("not up to date with the active generation: run `sudo imp service install`"),
  ];
  return [
    `${printable(unit)}: ${words.join(", ")}`,
    `  runs ${printable(service.executable)} with the state in ${printable(service.stateDirectory)}`,
    `  last run: ${lastRunWords(lastRun, paint)}`,
  ];
}

function lastRunWords(run: LastRun, paint: Paint): string {
  switch (run.kind) {
    case "unknown":
      return "unknown: systemd is not at work here";
    case "none":
      return "none since this machine was booted";
    case "running":
      return "at work just now";
    case "succeeded":
      return paint.green("succeeded");
    case "failed":
      return `${paint.red("failed")} (${run.result}): see \`journalctl -b -u imp.service\``;
  }
}

/** @param fields what the action found or did; `ok` is true unless they say otherwise */
export function serviceJson(
  action: "print" | "install" | "uninstall" | "status",
  fields: { readonly [key: string]: JsonValue },
): JsonObject {
  return { ok: true, command: "service", action, ...fields };
}
