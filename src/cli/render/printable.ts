/**
 * C0, DEL and C1 control characters, characters that turn the direction of writing, line and paragraph separators,
 * and surrogates that stand alone: all that could make a terminal show something else than what is there.
 */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

/**
 * `text` for one line of a terminal. A line break becomes `\n`, other control characters and the bytes of a path that
 * are not UTF-8 (see `linux/path-encoding.ts`) become `\xNN`, and the rest of what is dangerous `\u{NNNN}`.
 */
export function printable(text: string): string {
  if (isPlain(text)) return text;
  return text.replace(unprintable, escapeCharacter);
}

/** True for short text of printable ASCII, which most is: the first use of a regular expression takes longer. */
function isPlain(text: string): boolean {
  if (text.length > 200) return false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

function escapeCharacter(character: string): string {
  if (character === "\n") return "\\n";
  const code = character.charCodeAt(0);
  if (code <= 0xff) return byte(code);
  if (code >= 0xdc80 && code <= 0xdcff) return byte(code - 0xdc00);
  return `\\u{${code.toString(16)}}`;
}

function byte(code: number): string {
  return `\\x${code.toString(16).padStart(2, "0")}`;
}
