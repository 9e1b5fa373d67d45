import { adoptionName, serviceName, type UnitFile } from "../../boot/service-unit.ts";
import { type Failure, failure } from "../../model/problem.ts";
import {
  disable,
  enable,
  type FoundUnit,
  findUnit,
  isEnabled,
  removeUnit,
  type UnitPlace,
  unitPlace,
  writeUnit,
} from "./unit-place.ts";

/** What became of a unit. */
export interface UnitChange {
  readonly unit: string;
  /** `written` if it was not there before, or was another one; `enabled` if it was there, and not enabled. */
  readonly change: "written" | "enabled" | "unchanged" | "removed";
}

interface Present {
  readonly name: string;
  readonly place: UnitPlace;
  readonly found: Exclude<FoundUnit, { kind: "foreign" }>;
  readonly enabled: boolean;
}

/**
 * Writes and enables the units, and removes one that was imp's and is not needed any more.
 * @throws Failure (1), and nothing has changed, if something of somebody else's is in the way
 */
export function installUnits(root: string, units: readonly UnitFile[]): UnitChange[] {
  return lookAtAll(root).flatMap((present) => {
    const text = units.find(({ name }) => name === present.name)?.text;
    return text === undefined ? remove(present) : [install(present, text, root)];
  });
}

/** Removes what {@link installUnits} made. @throws Failure (1) as there */
export function uninstallUnits(root: string): UnitChange[] {
  return lookAtAll(root).flatMap(remove);
}

function install({ place, found, enabled }: Present, text: string, root: string): UnitChange {
  const isWritten = found.kind !== "own" || found.text !== text;
  if (isWritten) writeUnit(place, text);
  if (!enabled) enable(place, root);
  return { unit: place.unit, change: isWritten ? "written" : enabled ? "unchanged" : "enabled" };
}

function remove({ place, found, enabled }: Present): UnitChange[] {
  if (enabled) disable(place);
  if (found.kind === "own") removeUnit(place);
  return enabled || found.kind === "own" ? [{ unit: place.unit, change: "removed" }] : [];
}

function lookAtAll(root: string): Present[] {
  return [serviceName, adoptionName].map((name) => {
    const place = unitPlace(root, name);
    const found = findUnit(place);
    if (found.kind === "foreign") throw notOurs(place.unit, found.what);
    const enabled = isEnabled(place);
    if (enabled === null) throw notOurs(place.link, "something else");
    return { name, place, found, enabled };
  });
}

function notOurs(path: string, what: string): Failure {
  return failure(1, `${path} is in the way: ${what}`, "look what it is, and move it away if nobody needs it");
}
