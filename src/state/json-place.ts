/** Where a text stops being JSON, since the runtime's parser does not tell. */
export interface JsonStop {
  /** In UTF-16 units from the start of the text. */
  readonly offset: number;
  readonly expected: string;
}

type Expectation = "value" | "value or ]" | "name or }" | "name" | ":" | ", or end";

const space = /[ \t\n\r]*/y;
/** The first class is every character from the space on but `"` and `\`. */
const string = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
/** The start of a string or a word that the end of the text cut short. */
const cutShort =
  /(?:"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*(?:\\(?:u[0-9a-fA-F]{0,3})?)?|-|tr?u?|fa?l?s?|nu?l?)$/y;

/** imp writes nothing that is nested so deeply, and a damaged file could be made of brackets. */
const deepest = 1000;

/** The first place where `text` departs from JSON's grammar (RFC 8259), or null if it is JSON. */
export function findJsonStop(text: string): JsonStop | null {
  const open: ("{" | "[")[] = [];
  let expected: Expectation = "value";
  let offset = skip(space, text, 0);

  for (; offset < text.length; offset = skip(space, text, offset)) {
    const character = text[offset];
    const innermost = open.at(-1);
    if (expected === ":") {
      if (character !== ":") break;
      expected = "value";
      offset += 1;
    } else if (expected === ", or end") {
      if (character === "," && innermost !== undefined) expected = innermost === "{" ? "name" : "value";
      else if (!closes(character, innermost)) break;
      else open.pop();
      offset += 1;
    } else if (
      (character === "}" && expected === "name or }") ||
      (character === "]" && expected === "value or ]")
    ) {
      open.pop();
      expected = ", or end";
      offset += 1;
    } else if (expected === "name" || expected === "name or }") {
      const end = skip(string, text, offset);
      if (end === offset) break;
      expected = ":";
      offset = end;
    } else if (character === "{" || character === "[") {
      if (open.length === deepest) return { offset, expected: "less nesting" };
      open.push(character);
      expected = character === "{" ? "name or }" : "value or ]";
      offset += 1;
    } else {
      const end = skip(character === '"' ? string : scalar, text, offset);
      if (end === offset) break;
      expected = ", or end";
      offset = end;
    }
  }
  if (offset >= text.length && expected === ", or end" && open.length === 0) return null;
  if (skip(cutShort, text, offset) > offset) return { offset: text.length, expected: "the rest" };
  return { offset: Math.min(offset, text.length), expected: inWords(expected, open.at(-1)) };
}

function closes(character: string | undefined, innermost: "{" | "[" | undefined): boolean {
  return (character === "}" && innermost === "{") || (character === "]" && innermost === "[");
}

function inWords(expected: Expectation, innermost: "{" | "[" | undefined): string {
  if (expected !== ", or end") return expected;
  if (innermost === undefined) return "nothing more";
  return innermost === "{" ? ", or }" : ", or ]";
}

function skip(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : from;
}
