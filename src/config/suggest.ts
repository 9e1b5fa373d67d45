/**
 * The one of `words` that a person most likely meant by `text`, or null if none comes near. Upper case,
 * underscores and hyphens make no difference, since `create_parents` and `hideMounts` mix two styles.
 */
export function nearest(text: string, words: readonly string[]): string | null {
  const wanted = plain(text);
  if (wanted.length > 64) return null;
  let best: string | null = null;
  // One slip for three letters; of two letters, one would be another word (`rw`, `ro`).
  let bestDistance = Math.floor(wanted.length / 3) + 1;
  for (const word of words) {
    const distance = editDistance(wanted, plain(word));
    if (distance < bestDistance) {
      best = word;
      bestDistance = distance;
    }
  }
  return best;
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[-_]/g, "");
}

/** How many letters have to be put in, left out or exchanged to get from one text to the other. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const exchanged = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      const shorter = Math.min(previous[column] ?? 0, current[column - 1] ?? 0) + 1;
      current.push(Math.min(exchanged, shorter));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
