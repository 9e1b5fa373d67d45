import type { Passage } from "./markdown.ts";

/** One command of a shell line: its words. */
export type Command = readonly string[];

/**
 * The commands of a line: what stands between `;`, `&&`, `|` and the like, also inside `$(…)` and `<(…)`. Comments and
 * redirections are left out. It knows as much of a shell as documents need.
 */
export function commandsOf(line: string): Command[] {
  const commands: string[][] = [];
  let words: string[] = [];
  let word: string | null = null;
  const endWord = () => {
    if (word !== null) words.push(word);
    word = null;
  };
  const endCommand = () => {
    endWord();
    if (words.length > 0) commands.push(words);
    words = [];
  };
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index] ?? "";
    if (character === "#" && word === null) break;
    if (character === "'" || character === '"') {
      const end = line.indexOf(character, index + 1);
      const close: number = end === -1 ? line.length : end;
      word = (word ?? "") + line.slice(index + 1, close);
      index = close;
    } else if (character === "\\" && index + 1 < line.length) {
      index += 1;
      word = (word ?? "") + line[index];
    } else if (/[;&|()]/.test(character)) {
      if (word === "$" || word === "<" || word === ">") word = null;
      endCommand();
    } else if (/\s/.test(character)) {
      endWord();
    } else {
      word = (word ?? "") + character;
    }
  }
  endCommand();
  return commands.map(withoutRedirections);
}

function withoutRedirections(words: readonly string[]): Command {
  const kept: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const redirection = /^\d?(?:>>?|<)(.*)$/.exec(word);
    if (redirection === null) kept.push(word);
    else if (redirection[1] === "") index += 1;
  }
  return kept;
}

/** The lines of a block that a person types: all, or where there are prompts, those behind a prompt. */
export function typedLines({ line, text }: Passage): Passage[] {
  const lines = joinContinued(
    text.split("\n").map((content, index) => ({ line: line + index, text: content })),
  );
  const prompt = /^\s*[$#] /;
  const hasPrompts = lines.some((passage) => /^\s*\$ /.test(passage.text));
  return hasPrompts
    ? lines
        .filter((passage) => prompt.test(passage.text))
        .map((passage) => ({ ...passage, text: passage.text.replace(prompt, "") }))
    : lines;
}

/** A line that ends in a backslash goes on in the next one. */
function joinContinued(lines: readonly Passage[]): Passage[] {
  const joined: Passage[] = [];
  for (const passage of lines) {
    const last = joined.at(-1);
    if (last?.text.endsWith("\\")) {
      joined[joined.length - 1] = { line: last.line, text: last.text.slice(0, -1) + passage.text };
    } else {
      joined.push(passage);
    }
  }
  return joined;
}
