import {
  type InstalledService,
  servesAs,
  serviceName,
  serviceUnits,
  type UnitFile,
} from "../../boot/service-unit.ts";
import { isSystemdRunning, systemctl } from "../../linux/systemctl.ts";
import type { Manifest } from "../../model/manifest.ts";
import { Failure, type Problem } from "../../model/problem.ts";
import type { CommandContext } from "../context.ts";
import { stateLocation } from "../state-location.ts";
import { type FoundUnit, findUnit, isEnabled, unitPlace } from "./unit-place.ts";
import { wantedUnits } from "./wanted-units.ts";

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

/** @param root of the machine in question; `/` for this one */
export async function serviceStatus(context: CommandContext, root: string): Promise<ServiceStatus> {
  const place = unitPlace(root, serviceName);
  const found = findUnit(place);
  const service = found.kind === "own" ? found.service : null;
  return {
    unit: place.unit,
    service,
    enabled: isEnabled(place) === true,
    upToDate: service === null ? null : await isCurrent(context, root, service),
    lastRun: root === "/" ? lastRun() : { kind: "unknown" },
  };
}

/** The unit may well run another executable than this one; what counts is the rest. */
async function isCurrent(
  context: CommandContext,
  root: string,
  { executable }: InstalledService,
): Promise<boolean> {
  const { units } = await wantedUnits(await stateLocation(context), executable);
  return areUpToDate(root, units);
}

/** True if the units that are there do all that these do; more mounts to wait for, or a unit more, do no harm. */
export function areUpToDate(root: string, units: readonly UnitFile[]): boolean {
  return units.every(({ name, text }) => {
    const place = unitPlace(root, name);
    const found = findUnit(place);
    const isEnough = found.kind === "own" && servesAs(found.text, text);
    // Whether the main unit is enabled is said by itself.
    return isEnough && (name === serviceName || isEnabled(place) === true);
  });
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

/** A warning if the units that restore this state at boot do not do all that the new generation needs. */
export function staleUnitProblems(stateDirectory: string, manifest: Manifest, generation: number): Problem[] {
  const place = unitPlace("/", serviceName);
  const found = findIfReadable(() => findUnit(place));
  if (found?.kind !== "own" || found.service.stateDirectory !== stateDirectory) return [];
  const wanted = serviceUnits({ ...found.service, manifest });
  if (wanted === null || areUpToDate("/", wanted)) return [];
  const message = `${place.unit} is not up to date with generation ${generation}`;
  return [{ severity: "warning", message, help: "run `sudo imp service install`" }];
}

function findIfReadable(find: () => FoundUnit): FoundUnit | null {
  try {
    return find();
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}
