import type { Manifest } from "../model/manifest.ts";
import { ancestorsOf } from "../model/path.ts";
import { mountUnitName } from "./unit-name.ts";
import { unitProgram, unitWord } from "./unit-word.ts";

/** What imp's unit is made of. */
export interface ServiceFacts {
  /** Absolute, as the state directory. */
  readonly executable: string;
  readonly stateDirectory: string;
  /** Of the active generation. */
  readonly manifest: Manifest;
}

export const serviceName = "imp.service";

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
 * The text of imp's unit for systemd: it restores the active generation early in the boot.
 *
 * It wants the mounts that it needs and does not require them: systemd would not even start it without a required one,
 * and nobody would hear what is missing. Nothing requires imp's unit either, for what `local-fs.target` requires ends in
 * emergency mode when it fails.
 * @returns null if systemd can't run a program of that path
 */
export function serviceUnit({ executable, stateDirectory, manifest }: ServiceFacts): string | null {
  const program = unitProgram(executable);
  if (program === null) return null;
  const { entries } = manifest;
  const storage = mountUnits([stateDirectory, ...entries.map(({ root }) => root)].flatMap(withAncestors));
  const withinStorage = mountUnits(entries.flatMap(({ source }) => ancestorsOf(source)));
  const aboveTargets = mountUnits(entries.flatMap(({ target }) => ancestorsOf(target)));
  const others = [...new Set([...withinStorage, ...aboveTargets])]
    .filter((name) => !storage.includes(name))
    .sort();
  return `${marker}
[Unit]
Description=Restore persistent directories and files
DefaultDependencies=no
# A writable root, and what may be mounted where the state and the sources are. It is not required: imp says what is
# missing, and brings up the rest.
After=systemd-remount-fs.service
Wants=${storage.join(" ")}
After=${storage.join(" ")}
${others.length === 0 ? "" : `# What may be mounted elsewhere on the way to sources and targets.\nAfter=${others.join(" ")}\n`}# Everything else comes after one of the two targets.
Before=local-fs.target sysinit.target
Before=${earlyServices.join(" ")}
Conflicts=shutdown.target
Before=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${program} restore --best-effort ${unitWord(`--state-dir=${stateDirectory}`)}
TimeoutStartSec=90

[Install]
WantedBy=local-fs.target

[X-Imp]
Executable=${JSON.stringify(executable)}
StateDirectory=${JSON.stringify(stateDirectory)}
`;
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
