/** Something was not as the demo says. */
export class Surprise extends Error {
  override readonly name = "Surprise";
}
