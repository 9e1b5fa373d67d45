import type { Manifest } from "../model/manifest.ts";
import { ancestorsOf } from "../model/path.ts";
import { mountUnitName, unitProgram, unitWord } from "./unit-text.ts";

/** What imp's unit is made of. */
export interface ServiceFacts {
  /** Absolute, as the state directory. */
  readonly executable: string;
  readonly stateDirectory: string;
  /** Of the active generation. */
  readonly manifest: Manifest;
}

/** The unit that restores at boot. */
export const serviceName = "imp.service";
/** The unit that keeps, at shutdown, what programs put in the place of symlinks. */
export const adoptionName = "imp-adopt.service";

export interface UnitFile {
  readonly name: string;
  readonly text: string;
}

const marker =
  "# Written by `imp service install`, which writes it anew; `imp service uninstall` removes it.";

/**
 * Services that do not wait for local-fs.target or sysinit.target, and use what people like to persist. None of them may
 * be one that a disk needs before it can be mounted, such as systemd-udevd.service and all before that.
 */
const earlyServices = [
  "cloud-init-local.service",
  "systemd-journal-flush.service",
  "systemd-machine-id-commit.service",
  "systemd-networkd.service",
  "systemd-pstore.service",
  "systemd-random-seed.service",
  "systemd-resolved.service",
  "systemd-rfkill.service",
  "systemd-timesyncd.service",
  "systemd-tmpfiles-setup.service",
  "systemd-update-utmp.service",
];

/**
 * The units that a generation needs, for systemd: one restores it early in the boot; where entries adopt what replaces
 * their symlinks, another one does that at shutdown. It is of its own, for what was left out at boot makes the first one
 * fail, and systemd stops only what it started.
 *
 * They want the mounts that they need and do not require them: systemd would not even start a unit without a required
 * one, and nobody would hear what is missing. Nothing requires them either, for what `local-fs.target` requires ends in
 * emergency mode when it fails.
 * @returns null if systemd can't run a program of that path
 */
export function serviceUnits(facts: ServiceFacts): readonly UnitFile[] | null {
  const program = unitProgram(facts.executable);
  if (program === null) return null;
  const command = `${program} restore --best-effort ${unitWord(`--state-dir=${facts.stateDirectory}`)}`;
  const restores = {
    name: serviceName,
    text: unitText(facts, {
      description: "Restore persistent directories and files",
      after: "systemd-remount-fs.service",
      relations: [
        "Before=local-fs.target sysinit.target",
        `Before=${earlyServices.join(" ")}`,
        "# Nothing else stops it at shutdown, and unless it is stopped journald keeps /var/log/journal busy.",
        "PropagatesStopTo=systemd-journal-flush.service",
      ],
      does: [`ExecStart=${command}`, "TimeoutStartSec=90"],
    }),
  };
  if (!facts.manifest.entries.some((entry) => entry.kind === "linked-file" && entry.adoptReplaced)) {
    return [restores];
  }
  const adopts = {
    name: adoptionName,
    text: unitText(facts, {
      description: "Keep persistent files that programs replaced",
      after: serviceName,
      relations: [],
      does: [`ExecStop=${command} --files-only`, "TimeoutStopSec=30"],
    }),
  };
  return [restores, adopts];
}

/** In what the units differ. */
interface Part {
  readonly description: string;
  readonly after: string;
  readonly relations: readonly string[];
  readonly does: readonly string[];
}

function unitText({ executable, stateDirectory, manifest }: ServiceFacts, part: Part): string {
  const { entries } = manifest;
  const storage = mountUnits([stateDirectory, ...entries.map(({ root }) => root)].flatMap(withAncestors));
  const ways = mountUnits(entries.flatMap(({ source, target }) => [source, target]).flatMap(ancestorsOf));
  const others = ways.filter((name) => !storage.includes(name));
  const lines = [
    marker,
    "[Unit]",
    `Description=${part.description}`,
    "DefaultDependencies=no",
    `After=${part.after}`,
    "# What may be mounted where the state and the sources are. It is not required: imp says what is missing.",
    `Wants=${storage.join(" ")}`,
    `After=${storage.join(" ")}`,
    ...(others.length === 0
      ? []
      : ["# What may be mounted elsewhere on the way to sources and targets.", `After=${others.join(" ")}`]),
    ...part.relations,
    "Conflicts=shutdown.target",
    "Before=shutdown.target",
    "",
    "[Service]",
    "Type=oneshot",
    "RemainAfterExit=yes",
    ...part.does,
    "",
    "[Install]",
    "WantedBy=local-fs.target",
    "",
    "[X-Imp]",
    `Executable=${JSON.stringify(executable)}`,
    `StateDirectory=${JSON.stringify(stateDirectory)}`,
    "",
  ];
  return lines.join("\n");
}

/** What a unit that imp wrote says of itself. */
export type InstalledService = Pick<ServiceFacts, "executable" | "stateDirectory">;

/** Null if the unit is not one of imp's. */
export function readServiceUnit(text: string): InstalledService | null {
  if (!text.startsWith(`${marker}\n`)) return null;
  const executable = readKey(text, "Executable");
  const stateDirectory = readKey(text, "StateDirectory");
  return executable === null || stateDirectory === null ? null : { executable, stateDirectory };
}

/** True if the unit that is there does all that the wanted one does; it may wait for more mounts. */
export function servesAs(present: string, wanted: string): boolean {
  const known = new Set(mountNames(present));
  return rest(present) === rest(wanted) && mountNames(wanted).every((name) => known.has(name));
}

/** `After=a.mount` and the like, one for each. */
function mountNames(text: string): string[] {
  return [...text.matchAll(/^(After=|Wants=)(.*\.mount)$/gm)].flatMap(([, key = "", names = ""]) =>
    names.split(" ").map((name) => key + name),
  );
}

function rest(text: string): string {
  const lines = text.split("\n");
  return lines.filter((line) => !line.startsWith("#") && !/\.mount/.test(line)).join("\n");
}

function readKey(text: string, key: string): string | null {
  const found = new RegExp(`^${key}=(".*")$`, "m").exec(text)?.[1];
  if (found === undefined) return null;
  try {
    return String(JSON.parse(found));
  } catch {
    return null;
  }
}

function withAncestors(path: string): string[] {
  return [path, ...ancestorsOf(path)];
}

/** The units of mounts at these paths, sorted; the root is always mounted. */
function mountUnits(paths: readonly string[]): string[] {
  const names = [...new Set(paths)].filter((path) => path !== "/").map(mountUnitName);
  return names.filter((name) => name !== null).sort();
}
