import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** systemd itself, which reads units without running them. */
const systemd = "/lib/systemd/systemd";

export const hasSystemd = await Bun.file(systemd).exists();

/** What systemd made of a unit. */
export interface ReadUnit {
  /** The lines that it says about the unit: `Key: value`, without indentation. */
  readonly lines: readonly string[];
  /** What it complained of. */
  readonly complaints: readonly string[];
}

const nobody = 65534;

/**
 * Lets systemd read units from an empty directory and tells what it understood (`systemd --test`, which dumps what it
 * would do and ends). It refuses that as root.
 * @param units texts by file name
 */
export function readBySystemd(units: Readonly<Record<string, string>>, name: string): ReadUnit {
  const folder = mkdtempSync(join(tmpdir(), "imp-units-"));
  try {
    const [directory, runtime] = [join(folder, "units"), join(folder, "run")];
    mkdirSync(directory);
    mkdirSync(runtime, { mode: 0o700 });
    const targets = ["default", "basic", "local-fs", "sysinit", "shutdown"];
    for (const target of targets) writeFileSync(join(directory, `${target}.target`), "[Unit]\n");
    for (const [file, text] of Object.entries(units)) writeFileSync(join(directory, file), text);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chownSync(runtime, nobody, nobody);
    chmodSync(folder, 0o755);
    const asNobody = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
    const { stdout, stderr } = Bun.spawnSync(
      [...(isRoot ? asNobody : []), systemd, "--test", "--user", `--unit=${name}`],
      {
        env: { HOME: folder, XDG_RUNTIME_DIR: runtime, SYSTEMD_UNIT_PATH: directory, PATH: "/usr/bin:/bin" },
      },
    );
    const output = `${stdout}${stderr}`;
    const sections = output.split(/^\s*-> Unit /m);
    const section = sections.find((text) => text.startsWith(`${name}:`)) ?? "";
    return {
      lines: section.split("\n").map((line) => line.trim()),
      complaints: output
        .split("\n")
        .filter((line) => line.startsWith(`${directory}/`) || line.includes("ignoring")),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** All values of a key, without what systemd adds in brackets. */
export function valuesOf({ lines }: ReadUnit, key: string): string[] {
  return lines
    .filter((line) => line.startsWith(`${key}: `))
    .map((line) => line.slice(key.length + 2).replace(/ \(.*\)$/, ""))
    .sort();
}
