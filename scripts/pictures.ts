import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { findStage, insideStage, runOnStage } from "./demo/stage.ts";
import { playScenes } from "./pictures/scenes.ts";

/**
 * Makes the pictures of the README, in `docs/pictures/`, from real runs of imp. Nothing outside of a private
 * mount namespace is touched, and a second run makes the very same files.
 *
 * Usage: bun scripts/pictures.ts [--check] [--imp=FILE]
 *   --check: write nothing; fail if a picture is not what imp prints now
 */

const repository = join(import.meta.dir, "..");
const given = process.argv.find((word) => word.startsWith("--imp="))?.slice("--imp=".length);
const imp = resolve(given ?? join(repository, "dist/imp"));
const isCheck = process.argv.includes("--check");

const stage = insideStage();
if (stage !== null) {
  for (const [name, picture] of await playScenes(stage, imp)) {
    const path = join(repository, "docs/pictures", name);
    if (!isCheck) {
      writeFileSync(path, picture);
      console.log(`made ${path}`);
    } else if (!existsSync(path) || readFileSync(path, "utf8") !== picture) {
      console.error(`error: ${path} is not what imp prints now\n  help: npm run pictures`);
      process.exitCode = 1;
    }
  }
} else if (existsSync(imp)) {
  process.exitCode = await runOnStage(findStage([repository, imp]), import.meta.path, process.argv.slice(2));
} else {
  console.error(`error: there is no ${imp}\n  help: \`npm run pictures\` builds it first`);
  process.exitCode = 1;
}
