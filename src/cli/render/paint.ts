/** Gives text a colour or a weight, or leaves it alone. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
}

const plain = (text: string) => text;

/** For files, pipes and those who want none. */
export const noPaint: Paint = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain };

/** For terminals (ECMA-48 "select graphic rendition"). */
export const terminalPaint: Paint = {
  bold: graphic(1, 22),
  dim: graphic(2, 22),
  red: graphic(31, 39),
  green: graphic(32, 39),
  yellow: graphic(33, 39),
};

function graphic(on: number, off: number): (text: string) => string {
  return (text) => `\u001b[${on}m${text}\u001b[${off}m`;
}
