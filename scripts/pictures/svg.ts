import type { Run } from "./terminal-text.ts";

const cell = { width: 8.4, height: 20 };
const margin = 18;
const titleBar = 34;

/** Of a dark terminal; every one has a contrast of 7 to the ground at least (WCAG AAA), dim text of 4.5. */
const palette = {
  ground: "#14181f",
  bar: "#232a35",
  plain: "#e6e9ef",
  dim: "#9aa4b5",
  red: "#ff9a94",
  green: "#8fd694",
  yellow: "#f0cd7a",
};

/**
 * A picture of a terminal. Every run of text has its own place, so that columns stay aligned whatever font there is.
 * @param title for those who cannot see it
 */
export function terminalPicture(lines: readonly (readonly Run[])[], title: string): string {
  const columns = Math.max(...lines.map((runs) => runs.reduce((sum, { text }) => sum + widthOf(text), 0)));
  const width = Math.ceil(columns * cell.width + 2 * margin);
  const height = titleBar + lines.length * cell.height + margin;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${palette.ground}"/>`,
    `<path d="M0 26V8a8 8 0 0 1 8-8H${width - 8}a8 8 0 0 1 8 8V26Z" fill="${palette.bar}"/>`,
    ...[18, 36, 54].map((x) => `<circle cx="${x}" cy="13" r="5" fill="${palette.dim}"/>`),
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" xml:space="preserve">`,
    ...lines.flatMap((runs, index) => lineOf(runs, titleBar + (index + 1) * cell.height - 6)),
    "</g>",
    "</svg>",
  ].join("\n")}\n`;
}

function lineOf(runs: readonly Run[], y: number): string[] {
  let column = 0;
  const texts = runs.map((run) => {
    const lead = run.text.length - run.text.trimStart().length;
    const x = margin + (column + lead) * cell.width;
    column += widthOf(run.text);
    const text = run.text.trim();
    if (text === "") return "";
    const weight = run.bold ? ' font-weight="bold"' : "";
    const width = (widthOf(text) * cell.width).toFixed(1);
    return `<text x="${x.toFixed(1)}" y="${y}" textLength="${width}" fill="${colourOf(run)}"${weight}>${escaped(text)}</text>`;
  });
  return texts.filter((text) => text !== "");
}

function colourOf({ colour, dim }: Run): string {
  return colour === "plain" && dim ? palette.dim : palette[colour];
}

function widthOf(text: string): number {
  return Bun.stringWidth(text);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
