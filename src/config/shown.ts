const longest = 80;

/** The text as a message shows it: at most 80 characters. */
export function shown(text: string): string {
  // Twice as many UTF-16 units hold at least as many characters.
  const characters = [...text.slice(0, 2 * longest)];
  if (characters.length <= longest && text.length <= 2 * longest) return text;
  return `${characters.slice(0, longest - 1).join("")}…`;
}
