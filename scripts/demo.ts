import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { findStage, insideStage, runOnStage } from "./demo/stage.ts";
import { tellStory } from "./demo/story.ts";

/**
 * Shows what imp does, on a machine that exists only for the moment. Nothing outside of it is touched.
 *
 * Usage: bun scripts/demo.ts [--imp=FILE]
 */

const repository = join(import.meta.dir, "..");
const given = process.argv.find((word) => word.startsWith("--imp="))?.slice("--imp=".length);
const imp = resolve(given ?? join(repository, "dist/imp"));

const stage = insideStage();
if (stage !== null) {
  process.exitCode = await tellStory({ stage, imp, config: join(repository, "imp.toml") });
} else if (existsSync(imp)) {
  process.exitCode = await runOnStage(findStage([repository, imp]), import.meta.path, [`--imp=${imp}`]);
} else {
  console.error(`error: there is no ${imp}\n  help: \`npm run demo\` builds it first`);
  process.exitCode = 1;
}
