import { expect } from "bun:test";
import { serviceName } from "../../src/boot/service-unit.ts";
import { configurationText } from "../machine/configuration.ts";
import { installService } from "./kept.ts";
import type { FilesOptions } from "./machine-files.ts";
import type { Startable } from "./scenarios.ts";

/** A machine that keeps so many directories and files, half of each. */
export function manyEntries(count: number): FilesOptions {
  const paths = (kind: string) => Array.from({ length: count / 2 }, (_, index) => `/srv/${kind}/${index}`);
  const text = configurationText({
    state_dir: "/persist/imp",
    create_sources: true,
    persistence: { "/persist/system": { directories: paths("directory"), files: paths("file") } },
  });
  return { files: { "/etc/imp/imp.toml": text } };
}

/**
 * Boots without imp's unit, and then so many times with it; prints how long imp itself ran, and how long systemd took to
 * start everything.
 */
export async function measuresRestore(startable: Startable, entries: number, boots: number): Promise<void> {
  const without: number[] = [];
  for (let boot = 0; boot < boots; boot += 1) {
    await using machine = await startable.boot();
    await machine.settled();
    without.push((await milliseconds(machine.sh)).startUp);
    if (boot < boots - 1) continue;
    await machine.sh("imp apply");
    await installService(machine, startable.files);
    await machine.powerOff();
  }
  const own: number[] = [];
  const withIt: number[] = [];
  for (let boot = 0; boot < boots; boot += 1) {
    await using machine = await startable.boot();
    expect(await machine.settled()).toBe("running");
    expect(await machine.run("imp verify")).toMatchObject({ exitCode: 0 });
    const { restore, startUp } = await milliseconds(machine.sh);
    own.push(restore);
    withIt.push(startUp);
  }
  console.log(
    `${entries} entries: imp restore ${median(own)} ms; start-up ${median(withIt)} ms, without imp ${median(without)} ms (${boots === 1 ? "one boot" : `medians of ${boots} boots`} each)`,
  );
}

async function milliseconds(
  sh: (script: string) => Promise<string>,
): Promise<{ restore: number; startUp: number }> {
  const shown = await sh(
    `systemctl show --property=ExecMainStartTimestampMonotonic,ExecMainExitTimestampMonotonic ${serviceName}
     systemctl show --property=UserspaceTimestampMonotonic,FinishTimestampMonotonic`,
  );
  const at = (name: string) =>
    Number(new RegExp(`^${name}TimestampMonotonic=(\\d+)$`, "m").exec(shown)?.[1] ?? 0) / 1000;
  return { restore: at("ExecMainExit") - at("ExecMainStart"), startUp: at("Finish") - at("Userspace") };
}

function median(values: readonly number[]): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
}
