import type { Config } from "../config/read.ts";
import { trustedBy } from "../state/caller.ts";
import { readConfigFile } from "./config-file.ts";
import type { CommandContext } from "./context.ts";
import { surroundingsOf } from "./surroundings.ts";

/**
 * What the configuration says now. Reports its warnings.
 * @throws Failure (2) with all that is wrong with it
 */
export async function loadConfiguration(context: CommandContext): Promise<Config> {
  const file = readConfigFile(context, trustedBy(surroundingsOf(context)));
  // Commands that never need the parser do not wait for it to load.
  const [{ readConfigBytes }, { systemAccounts }] = await Promise.all([
    import("../config/read.ts"),
    import("../config/accounts.ts"),
  ]);
  const config = readConfigBytes(file.bytes, file.path, systemAccounts());
  context.report(config.warnings);
  return config;
}
