import { closeDescriptor } from "./files.ts";

/** An open descriptor that closes at the end of its block: `using folder = new Descriptor(openHandle(…))`. */
export class Descriptor implements Disposable {
  readonly number: number;

  constructor(descriptor: number) {
    this.number = descriptor;
  }

  [Symbol.dispose](): void {
    closeDescriptor(this.number);
  }
}
