import { join, parentOf } from "../model/path.ts";

/** Gives names for an instant's use; short, so that each fits where the name beside it does. */
export class TemporaryNames {
  #given = 0;

  /** @param token makes the names this command's own */
  constructor(readonly token: string) {}

  beside(path: string): string {
    this.#given += 1;
    return join(parentOf(path), `.imp-${this.token}-${this.#given}`);
  }
}
