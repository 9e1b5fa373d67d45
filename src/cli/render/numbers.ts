/** `generation 2`, or `generations 1, 2 and 4`. */
export function inWords(numbers: readonly number[]): string {
  const last = numbers.at(-1) ?? "";
  if (numbers.length === 1) return `generation ${last}`;
  return `generations ${numbers.slice(0, -1).join(", ")} and ${last}`;
}
