import type { Generation } from "../../model/generation.ts";
import type { Entry } from "../../model/manifest.ts";
import { summaryLines } from "./current.ts";
import { entryJson, entryLine } from "./entry.ts";
import type { JsonObject } from "./json.ts";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";

/** A generation in detail. Scripts read the first line. */
export function showLines(
  generation: Generation,
  details: { readonly verbose: boolean },
  paint: Paint,
): string[] {
  const { number, createdAt, configPath, label, configText, manifest } = generation;
  const described = label === undefined ? {} : { label };
  const lines = [
    paint.bold(`Generation ${number}:`),
    ...summaryLines({ createdAt, configPath, ...described, entries: manifest.entries.length }),
  ];
  for (const [root, entries] of byRoot(manifest.entries)) {
    lines.push(
      "",
      `  ${paint.bold(`${printable(root)}:`)}`,
      ...entries.map((entry) => `    ${entryLine(entry)}`),
    );
  }
  if (details.verbose) {
    const text = configText.replace(/\n$/, "").split("\n");
    lines.push("", `  ${paint.bold("Configuration:")}`, ...text.map(configLine));
  }
  return lines;
}

export function showJson(generation: Generation): JsonObject {
  const { number, createdAt, configPath, label, configText, manifest } = generation;
  return {
    ok: true,
    command: "show",
    number,
    createdAt,
    configPath,
    label: label ?? null,
    configText,
    entries: manifest.entries.map(entryJson),
  };
}

function byRoot(entries: readonly Entry[]): Map<string, Entry[]> {
  return Map.groupBy(entries, (entry) => entry.root);
}

/** Tabs stay: they are part of how the file looks. */
function configLine(line: string): string {
  const text = line.split("\t").map(printable).join("\t");
  return text === "" ? "" : `    ${text}`;
}
