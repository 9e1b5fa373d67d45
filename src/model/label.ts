/** The most characters that a label has. */
const longest = 100;

/** What would break the line, or make a terminal show something else than what is there. */
const unfit = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Why a text can't be the label of a generation, as the end of a sentence that begins with "the label"; else null. */
export function whyNoLabel(text: string): string | null {
  if (text.trim() === "") return "is empty";
  if (unfit.test(text)) return "must be one line, without control characters";
  const length = [...text].length;
  return length > longest ? `has ${length} characters, and may have ${longest} at most` : null;
}
