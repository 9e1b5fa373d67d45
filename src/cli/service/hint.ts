import { servesAs, serviceUnit } from "../../boot/service-unit.ts";
import type { Manifest } from "../../model/manifest.ts";
import { Failure, type Problem } from "../../model/problem.ts";
import { findUnit, unitPlace } from "./unit-place.ts";

/** A warning if the unit that restores this state at boot waits for other mounts than the new generation needs. */
export function staleUnitProblems(stateDirectory: string, manifest: Manifest, generation: number): Problem[] {
  const place = unitPlace("/");
  const found = findIfReadable();
  if (found?.kind !== "own" || found.service.stateDirectory !== stateDirectory) return [];
  const wanted = serviceUnit({ ...found.service, manifest });
  if (wanted === null || servesAs(found.text, wanted)) return [];
  const message = `${place.unit} is not up to date with generation ${generation}`;
  return [{ severity: "warning", message, help: "run `sudo imp service install`" }];

  function findIfReadable() {
    try {
      return findUnit(place);
    } catch (error) {
      if (error instanceof Failure) return null;
      throw error;
    }
  }
}
