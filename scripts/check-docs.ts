import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { scripts } from "../package.json";
import { checkCommands } from "./docs/commands.ts";
import { checkConfigurations } from "./docs/configurations.ts";
import { checkLinks } from "./docs/links.ts";
import { readMarkdown } from "./docs/markdown.ts";

/**
 * Proves what the documents show: configurations are read by imp, command lines are parsed by imp, JSON is as its schema
 * has it, links lead somewhere. Whatever is wrong is named with its file and line.
 *
 * Usage: bun scripts/check-docs.ts [FILE…]   (default: every document of the repository)
 */

const repository = join(import.meta.dir, "..");
const given = process.argv.slice(2);
const documents = given.length > 0 ? given : allDocuments();

let count = 0;
for (const path of documents) {
  const markdown = readMarkdown(readFileSync(resolve(repository, path), "utf8"));
  const complaints = [
    ...checkCommands(markdown, Object.keys(scripts)),
    ...checkConfigurations(markdown),
    ...checkLinks(markdown, path, repository),
  ].sort((left, right) => left.line - right.line);
  for (const { line, message } of complaints) console.error(`${path}:${line}: ${message}`);
  count += complaints.length;
}
if (count === 0) console.log(`Checked ${documents.length} documents.`);
else process.exitCode = 1;

function allDocuments(): string[] {
  const skipped = /^(?:node_modules|dist|\.git)\//;
  return [...new Bun.Glob("**/*.md").scanSync({ cwd: repository, dot: true })]
    .filter((path) => !skipped.test(path) && !path.includes("/node_modules/"))
    .sort();
}
