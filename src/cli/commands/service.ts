import { serviceName } from "../../boot/service-unit.ts";
import { failure, type Problem } from "../../model/problem.ts";
import { callingUser } from "../../state/caller.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import type { CommandInput } from "../program.ts";
import { printLines, serviceJson, statusLines, unitChangeLines } from "../render/service.ts";
import { installUnits, uninstallUnits } from "../service/install.ts";
import { isUsable, serviceStatus } from "../service/status.ts";
import { refuseStatePlace, warnIfVolatile } from "../service/storage.ts";
import { isThere, reloadSystemd, type UnitPlace, unitPlace } from "../service/unit-place.ts";
import { type WantedUnits, wantedUnits } from "../service/wanted-units.ts";
import { resolveGiven, stateLocation } from "../state-location.ts";
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
  const { units } = await unitsForThisMachine(context);
  context.out(printLines(units));
  context.json(() => serviceJson("print", { units: units.map(({ name, text }) => ({ name, text })) }));
  return 0;
}

async function install(context: CommandContext, root: string): Promise<CommandResult> {
  const wanted = await unitsForThisMachine(context);
  const place = unitPlace(root, serviceName);
  if (!isThere(place)) {
    const help = "imp's unit is for systemd; packaging/openrc has a script for OpenRC";
    throw failure(1, `there is no directory ${place.directory}`, help);
  }
  if (root === "/") refuseStatePlace(wanted.stateDirectory, homes(context));
  const changes = installUnits(root, wanted.units);
  const isChanged = changes.some(({ change }) => change !== "unchanged");
  context.report([...warningsOf(wanted, place, root), ...(isChanged && root === "/" ? reloadSystemd() : [])]);
  context.out(changes.flatMap(unitChangeLines));
  context.json(() =>
    serviceJson("install", { units: changes.map(({ unit, change }) => ({ unit, change })) }),
  );
  return 0;
}

function uninstall(context: CommandContext, root: string): CommandResult {
  const changes = uninstallUnits(root);
  if (changes.length > 0 && root === "/") context.report(reloadSystemd());
  context.out(changes.length === 0 ? ["imp's unit is not installed."] : changes.flatMap(unitChangeLines));
  context.json(() =>
    serviceJson("uninstall", { units: changes.map(({ unit, change }) => ({ unit, change })) }),
  );
  return 0;
}

async function status(context: CommandContext, root: string): Promise<CommandResult> {
  const found = await serviceStatus(context, root);
  context.out(statusLines(found, context.paint));
  context.json(() => serviceJson("status", { ...found, ok: isUsable(found) }));
  return isUsable(found) ? 0 : 1;
}

async function unitsForThisMachine(context: CommandContext): Promise<WantedUnits> {
  return wantedUnits(await stateLocation(context), process.execPath);
}

function homes(context: CommandContext): string[] {
  const { user } = callingUser(surroundingsOf(context));
  return ["/home", "/root", ...(user === null ? [] : [user.home])];
}

function warningsOf(unit: WantedUnits, place: UnitPlace, root: string): Problem[] {
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
