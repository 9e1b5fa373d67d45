import type { Machine } from "./machine.ts";

/** The persistence root of most tests. */
export const store = "/persist/store";

/** Where imp keeps its state on a machine that {@link configure} was used on. */
export const state = "/persist/imp";

/**
 * Writes `/etc/imp/imp.toml`, which all commands then find by themselves.
 *
 * @param entries the content of the table of {@link store}; further tables may follow
 * @param top keys for the top of the file
 */
export async function configure(machine: Machine, entries: string, top = ""): Promise<void> {
  await machine.write(
    "/etc/imp/imp.toml",
    `state_dir = "${state}"\n${top}\n[persistence."${store}"]\n${entries}\n`,
  );
}

/** Writes a configuration as {@link configure} does, and applies it; throws if that fails. Returns what was printed. */
export async function apply(machine: Machine, entries: string, top = ""): Promise<string> {
  await configure(machine, entries, top);
  const { exitCode, stdout, stderr } = await machine.imp("apply");
  if (exitCode !== 0) throw new Error(`imp apply: exit code ${exitCode}\n${stdout}${stderr}`);
  return stdout + stderr;
}
