/** How many elements are written at a time: enough to be quick, and a few ten kilobytes of text. */
const pieceLength = 100;

/**
 * The elements of a JSON array, with commas between them, in pieces, so that the text of thousands is never whole in memory.
 * @param before what stands before each element, such as a line break
 */
export function* elementPieces(list: readonly unknown[], before: string): Generator<string> {
  let piece = "";
  for (let index = 0; index < list.length; index += 1) {
    piece += `${index === 0 ? "" : ","}${before}${JSON.stringify(list[index])}`;
    if (index % pieceLength !== pieceLength - 1) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}
