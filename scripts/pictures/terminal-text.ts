/** Text of one look, as a terminal shows it. */
export interface Run {
  readonly text: string;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly colour: "plain" | "red" | "green" | "yellow";
}

type Look = Omit<Run, "text">;

const plain: Look = { bold: false, dim: false, colour: "plain" };

/** What imp's paint uses of "select graphic rendition" (ECMA-48). */
const looks: Readonly<Record<string, (look: Look) => Look>> = {
  "0": () => plain,
  "1": (look) => ({ ...look, bold: true }),
  "2": (look) => ({ ...look, dim: true }),
  "22": (look) => ({ ...look, bold: false, dim: false }),
  "31": (look) => ({ ...look, colour: "red" }),
  "32": (look) => ({ ...look, colour: "green" }),
  "33": (look) => ({ ...look, colour: "yellow" }),
  "39": (look) => ({ ...look, colour: "plain" }),
};

/** The lines that a program wrote to a terminal, with their looks. Throws if it did more than write coloured lines. */
export function terminalLines(written: string): Run[][] {
  let look = plain;
  return written
    .replaceAll("\r\n", "\n")
    .replace(/\n$/, "")
    .split("\n")
    .map((line) =>
      line.split("\u001b[").flatMap((part, index) => {
        if (index === 0) return runOf(part, look);
        const end = part.indexOf("m");
        const change = looks[part.slice(0, end)];
        if (change === undefined) throw new Error(`unknown escape sequence in: ${JSON.stringify(line)}`);
        look = change(look);
        return runOf(part.slice(end + 1), look);
      }),
    );
}

function runOf(text: string, look: Look): Run[] {
  return text === "" ? [] : [{ text, ...look }];
}
