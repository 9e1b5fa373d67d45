import { failure, type Problem } from "../../model/problem.ts";
import { callingUser } from "../../state/caller.ts";
import { resolveGiven } from "../../state/locate.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import type { CommandInput } from "../program.ts";
import {
  type InstallReport,
  installLines,
  serviceJson,
  statusLines,
  uninstallLines,
} from "../render/service.ts";
import { reloadSystemd } from "../service/reload.ts";
import { isUsable, serviceStatus } from "../service/status.ts";
import { refuseStatePlace, warnIfVolatile } from "../service/storage.ts";
import {
  disable,
  enable,
  findUnit,
  isEnabled,
  isThere,
  removeUnit,
  type UnitPlace,
  unitPlace,
  writeUnit,
} from "../service/unit-place.ts";
import { type WantedUnit, wantedUnit } from "../service/wanted-unit.ts";
import { stateLocation } from "../state-location.ts";
import { surroundingsOf } from "../surroundings.ts";

/** `imp service print|install|uninstall|status` */
export async function run(context: CommandContext, input: CommandInput<"service">): Promise<CommandResult> {
  const root = input.root === null ? "/" : resolveGiven("--root", input.root, context.workingDirectory);
  switch (input.action) {
    case "print":
      return print(context);
    case "install":
      return install(context, root);
    case "uninstall":
      return uninstall(context, root);
    case "status":
      return status(context, root);
  }
}

async function print(context: CommandContext): Promise<CommandResult> {
  const unit = await unitForThisMachine(context);
  context.out([unit.text.trimEnd()]);
  context.json(serviceJson("print", { text: unit.text }));
  return 0;
}

async function install(context: CommandContext, root: string): Promise<CommandResult> {
  const unit = await unitForThisMachine(context);
  const place = unitPlace(root);
  if (!isThere(place)) {
    const help = "imp's unit is for systemd; packaging/openrc has a script for OpenRC";
    throw failure(1, `there is no directory ${place.directory}`, help);
  }
  if (root === "/") refuseStatePlace(unit.stateDirectory, homes(context));
  const found = findUnit(place);
  if (found.kind === "foreign") throw notOurs(place.unit, found.what);
  const enabled = isEnabled(place);
  if (enabled === null) throw notOurs(place.link, "something else");

  const written = found.kind !== "own" || found.text !== unit.text;
  if (written) writeUnit(place, unit.text);
  if (!enabled) enable(place, root);
  const changed = written || !enabled;
  context.report([...warningsOf(unit, place, root), ...(changed && root === "/" ? reloadSystemd() : [])]);
  const report: InstallReport = { unit: place.unit, written, enabled: !enabled };
  context.out(installLines(report));
  context.json(serviceJson("install", { ...report }));
  return 0;
}

function uninstall(context: CommandContext, root: string): CommandResult {
  const place = unitPlace(root);
  const found = findUnit(place);
  if (found.kind === "foreign") throw notOurs(place.unit, found.what);
  const enabled = isEnabled(place) === true;
  const removed = found.kind === "own";
  if (enabled) disable(place);
  if (removed) removeUnit(place);
  if ((enabled || removed) && root === "/") context.report(reloadSystemd());
  context.out(uninstallLines(place.unit, removed || enabled));
  context.json(serviceJson("uninstall", { unit: place.unit, removed }));
  return 0;
}

async function status(context: CommandContext, root: string): Promise<CommandResult> {
  const found = await serviceStatus(context, unitPlace(root), root === "/");
  context.out(statusLines(found, context.paint));
  context.json(serviceJson("status", { ...found, ok: isUsable(found) }));
  return isUsable(found) ? 0 : 1;
}

async function unitForThisMachine(context: CommandContext): Promise<WantedUnit> {
  return wantedUnit(await stateLocation(context), process.execPath);
}

function homes(context: CommandContext): string[] {
  const { user } = callingUser(surroundingsOf(context));
  return ["/home", "/root", ...(user === null ? [] : [user.home])];
}

function warningsOf(unit: WantedUnit, place: UnitPlace, root: string): Problem[] {
  const warnings: Problem[] =
    root === "/"
      ? [
          ...warnIfVolatile("the executable", unit.executable, "install it where it is at every boot"),
          ...warnIfVolatile(
            "the unit",
            place.unit,
            "put it into the image that the root is made from: `imp service install --root DIRECTORY`",
          ),
        ]
      : [];
  if (unit.generation !== null) return warnings;
  const message = "no generation is active yet, so the unit knows no persistence root";
  return [...warnings, { severity: "warning", message, help: "run this again after the first `imp apply`" }];
}

function notOurs(path: string, what: string): Error {
  return failure(1, `${path} is in the way: ${what}`, "look what it is, and move it away if nobody needs it");
}
