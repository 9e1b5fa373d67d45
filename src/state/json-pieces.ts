/** How many elements are written at a time: enough to be quick, and a few ten kilobytes of text. */
const pieceLength = 100;

/**
 * `JSON.stringify(value, null, indent)` in pieces, so that the whole text of a large list is never in memory.
 * @param path the keys that lead to the list; the last of them stands nowhere else in `value`, elements left out
 */
export function* jsonPieces(
  value: object,
  path: readonly [...string[], string],
  list: readonly unknown[],
  indent: number,
): Generator<string> {
  // Within texts quotes are escaped, so this can only be the key.
  const place = `"${path.at(-1)}":${indent === 0 ? "" : " "}[]`;
  const around = JSON.stringify(value, null, indent);
  const at = around.indexOf(place) + place.length - 1;
  if (list.length === 0) {
    yield around;
    return;
  }
  yield around.slice(0, at);
  const empty = JSON.stringify(nested(path, []), null, indent);
  const start = empty.indexOf(place) + place.length - 1;
  const closing = indent === 0 ? "" : `\n${" ".repeat(indent * path.length)}`;
  const after = empty.length - start + closing.length;
  for (let index = 0; index < list.length; index += pieceLength) {
    if (index > 0) yield ",";
    const text = JSON.stringify(nested(path, list.slice(index, index + pieceLength)), null, indent);
    yield text.slice(start, text.length - after);
  }
  yield closing + around.slice(at);
}

/** At the same depth the elements are indented alike. */
function nested(path: readonly string[], list: readonly unknown[]): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), list);
}
