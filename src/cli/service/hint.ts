import { serviceName, serviceUnits } from "../../boot/service-unit.ts";
import type { Manifest } from "../../model/manifest.ts";
import { Failure, type Problem } from "../../model/problem.ts";
import { areUpToDate } from "./status.ts";
import { type FoundUnit, findUnit, unitPlace } from "./unit-place.ts";

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
