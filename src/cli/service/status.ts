import { type InstalledService, servesAs, serviceName } from "../../boot/service-unit.ts";
import { isSystemdRunning, systemctl } from "../../linux/systemctl.ts";
import type { CommandContext } from "../context.ts";
import { stateLocation } from "../state-location.ts";
import { findUnit, isEnabled, type UnitPlace } from "./unit-place.ts";
import { wantedUnit } from "./wanted-unit.ts";

/** How imp's unit is, and what it did. */
export interface ServiceStatus {
  readonly unit: string;
  /** What the unit says; null if there is none, or none of imp's. */
  readonly service: InstalledService | null;
  readonly enabled: boolean;
  /** True if it does all that the active generation needs; null without a unit. */
  readonly upToDate: boolean | null;
  readonly lastRun: LastRun;
}

/** What the unit did since this machine was booted. */
export type LastRun =
  /** systemd is not at work here, or does not answer. */
  | { readonly kind: "unknown" }
  | { readonly kind: "none" }
  /** It waits or works just now. */
  | { readonly kind: "running" }
  | { readonly kind: "succeeded" }
  /** `result` as systemd has it: `exit-code`, `timeout`, … (systemd.exec(5), `$SERVICE_RESULT`). */
  | { readonly kind: "failed"; readonly result: string };

/** @param isRunning the machine in question is this one */
export async function serviceStatus(
  context: CommandContext,
  place: UnitPlace,
  isRunning: boolean,
): Promise<ServiceStatus> {
  const found = findUnit(place);
  const own = found.kind === "own" ? found : null;
  return {
    unit: place.unit,
    service: own?.service ?? null,
    enabled: isEnabled(place) === true,
    upToDate: own === null ? null : await isCurrent(context, own.text, own.service),
    lastRun: isRunning ? lastRun() : { kind: "unknown" },
  };
}

/** The unit may well run another executable than this one; what counts is the rest. */
async function isCurrent(
  context: CommandContext,
  text: string,
  { executable }: InstalledService,
): Promise<boolean> {
  return servesAs(text, (await wantedUnit(await stateLocation(context), executable)).text);
}

/** True if the unit will do what it is for, and did so the last time. */
export function isUsable({ service, enabled, upToDate, lastRun: { kind } }: ServiceStatus): boolean {
  return service !== null && enabled && upToDate === true && kind !== "failed";
}

function lastRun(): LastRun {
  if (!isSystemdRunning()) return { kind: "unknown" };
  const answer = systemctl(
    "show",
    "--property=ActiveState,Result,ExecMainStartTimestampMonotonic",
    serviceName,
  );
  if (answer.kind === "failed") return { kind: "unknown" };
  const properties = new Map(
    answer.output.split("\n").map((line): [string, string] => {
      const equals = line.indexOf("=");
      return [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
  const state = properties.get("ActiveState") ?? "";
  const result = properties.get("Result") ?? "";
  if (state === "activating") return { kind: "running" };
  if (state === "failed" || (result !== "" && result !== "success")) return { kind: "failed", result };
  const started = Number(properties.get("ExecMainStartTimestampMonotonic") ?? 0) > 0;
  return state === "active" || started ? { kind: "succeeded" } : { kind: "none" };
}
