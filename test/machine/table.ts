/** Tables in Markdown, for what a full run of tests came to. */

export type Row = readonly (string | number)[];

/** The first column holds text, all others numbers. */
export function markdownTable(head: readonly string[], rows: readonly Row[]): string[] {
  const lines = [head, head.map((_, column) => (column === 0 ? "---" : "--:")), ...rows];
  return lines.map((cells) => `| ${cells.map(shown).join(" | ")} |`);
}

function shown(cell: string | number): string {
  return typeof cell === "number" ? cell.toLocaleString("en-US") : cell.replaceAll("|", "\\|");
}
