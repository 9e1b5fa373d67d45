const closing: Readonly<Record<string, string>> = { "[": "]", "{": "}" };
const singleLineText = /"(?:[^"\\]|\\.)*"|'[^']*'/y;

/** True if everything that opens on this line of TOML, a bracket or a text, also closes on it. */
export function isWholeLine(line: string): boolean {
  if (line.includes('"""') || line.includes("'''")) return false;
  const open: string[] = [];
  for (let index = 0; index < line.length; ) {
    const character = line.charAt(index);
    if (character === "#") break;
    if (character === '"' || character === "'") {
      singleLineText.lastIndex = index;
      const text = singleLineText.exec(line)?.[0];
      if (text === undefined) return false;
      index += text.length;
      continue;
    }
    const closer = closing[character];
    if (closer !== undefined) open.push(closer);
    else if ((character === "]" || character === "}") && open.pop() !== character) return false;
    index += 1;
  }
  return open.length === 0;
}
