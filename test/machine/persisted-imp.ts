import { type ConfigurationText, configurationText } from "./configuration.ts";
import type { Machine, Result } from "./machine.ts";

/** imp on a machine that keeps its configuration and its state in `/persist`, so that both outlive a reboot. */
export interface PersistedImp {
  configure(configuration: ConfigurationText): Promise<void>;
  run(...words: readonly string[]): Promise<Result>;
  /** Throws if the command fails. Returns what it printed. */
  ok(...words: readonly string[]): Promise<string>;
  /** Throws unless the command ends with exit code 1. Returns what it printed as problems. */
  refused(...words: readonly string[]): Promise<string>;
  /** Configures and applies. Returns the number of the new generation. */
  apply(configuration: ConfigurationText): Promise<string>;
  /** Configures, and throws unless `apply` ends with exit code 1. Returns what it printed as problems. */
  refusedApply(configuration: ConfigurationText): Promise<string>;
}

export const stateDirectory = "/persist/imp";
const configPath = "/persist/imp.toml";

export function persistedImp(machine: Machine): PersistedImp {
  const configure = (configuration: ConfigurationText) =>
    machine.write(configPath, configurationText({ state_dir: stateDirectory, ...configuration }));
  const run = (...words: readonly string[]) => machine.imp(...words, "--config", configPath);

  async function expectExit(code: number, words: readonly string[]): Promise<Result> {
    const result = await run(...words);
    if (result.exitCode === code) return result;
    const { exitCode, stdout, stderr } = result;
    throw new Error(`exit code ${exitCode}, not ${code}, from: imp ${words.join(" ")}\n${stdout}${stderr}`);
  }

  const ok = async (...words: readonly string[]) => (await expectExit(0, words)).stdout;
  const refused = async (...words: readonly string[]) => (await expectExit(1, words)).stderr;
  return {
    configure,
    run,
    ok,
    refused,
    async apply(configuration) {
      await configure(configuration);
      await ok("apply");
      return (/^Current generation: (\d+)$/m.exec(await ok("current")) ?? [])[1] ?? "";
    },
    async refusedApply(configuration) {
      await configure(configuration);
      return refused("apply");
    },
  };
}
