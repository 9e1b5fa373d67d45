import { join } from "node:path";
import { findStage, insideStage, runOnStage } from "./demo/stage.ts";
import { tellStory } from "./demo/story.ts";

/**
 * Shows what imp does, on a machine that exists only for the moment. Nothing outside of it is touched.
 *
 * Usage: bun scripts/demo.ts [--imp=FILE]
 */

const repository = join(import.meta.dir, "..");
const imp =
  process.argv.find((word) => word.startsWith("--imp="))?.slice("--imp=".length) ??
  join(repository, "dist/imp");

const stage = insideStage();
if (stage === null) {
  process.exitCode = await runOnStage(findStage([repository, imp]), import.meta.path, [`--imp=${imp}`]);
} else {
  process.exitCode = await tellStory({ stage, imp, config: join(repository, "imp.toml") });
}
