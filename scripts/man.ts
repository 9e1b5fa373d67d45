import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "../package.json";
import { impPage } from "./manual/imp.ts";
import { impTomlPage } from "./manual/imp-toml.ts";

/**
 * Makes the manual pages, imp(1) and imp.toml(5), in `dist/man/`. They bear the date of today, or of
 * SOURCE_DATE_EPOCH (https://reproducible-builds.org).
 *
 * Usage: bun scripts/man.ts
 */

const root = join(import.meta.dir, "..");
const folder = join(root, "dist/man");
const epoch = process.env["SOURCE_DATE_EPOCH"];
const date = epoch === undefined ? new Date() : new Date(Number(epoch) * 1000);

const pages = {
  "imp.1": impPage(version, date),
  "imp.toml.5": impTomlPage(version, date, await Bun.file(join(root, "imp.toml")).text()),
};

mkdirSync(folder, { recursive: true });
for (const [name, page] of Object.entries(pages)) {
  writeFileSync(join(folder, name), page);
  console.log(`made ${join(folder, name)}`);
}
