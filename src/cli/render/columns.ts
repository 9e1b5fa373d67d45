/** What stands in one column of one row. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
  readonly align?: "left" | "right";
}

/** The rows as lines, each column as wide as its widest cell; a column without any text takes no room. */
export function columns(rows: readonly (readonly Cell[])[]): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...rows.map((row) => Bun.stringWidth(row[column]?.text ?? ""))),
  );
  return rows.map((row) => {
    const last = row.findLastIndex(({ text }) => text !== "");
    return row
      .slice(0, last + 1)
      .flatMap((cell, column) =>
        widths[column] === 0 ? [] : [fill(cell, widths[column] ?? 0, column < last)],
      )
      .join("  ");
  });
}

/** Padding is not painted, and there is none at the end of a line. */
function fill({ text, paint = (plain) => plain, align }: Cell, width: number, isFollowed: boolean): string {
  const padding = " ".repeat(width - Bun.stringWidth(text));
  const painted = text === "" ? "" : paint(text);
  if (align === "right") return padding + painted;
  return isFollowed ? painted + padding : painted;
}
