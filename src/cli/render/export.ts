import { type Exported, type ExportFormat, fstabName } from "../../boot/export.ts";
import type { WrittenFile } from "../exported-files.ts";
import type { JsonObject } from "./json.ts";
import { printable } from "./printable.ts";

/** All files, each behind a comment that says where it belongs. What is no fstab is a comment for one who reads fstab. */
export function exportLines({ files }: Exported, format: ExportFormat): string[] {
  return files.flatMap(({ name, place, text }, index) => {
    const mark = format === "fstab" && name !== fstabName ? "# " : "";
    const lines = text.trimEnd().split("\n");
    return [...(index === 0 ? [] : [""]), `# ${place}`, ...lines.map((line) => mark + line)];
  });
}

export function writtenLines(files: readonly WrittenFile[]): string[] {
  return files.map(({ path, place }) => `Wrote ${printable(path)}, for ${place}`);
}

export function exportJson(generation: number, format: ExportFormat, { files, unfit }: Exported): JsonObject {
  return {
    ok: unfit.length === 0,
    command: "export",
    generation,
    format,
    files: files.map(({ name, place, text }) => ({ name, place, text })),
    unfit,
  };
}
