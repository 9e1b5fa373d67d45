import * as bun from "bun:test";
import { lacks } from "../requirement.ts";
import { lackOfMachines } from "./machine.ts";

/**
 * What bun:test has, for the files whose tests run on a {@link Machine}: where none can be made, all of it is left out, and
 * the file says so once.
 */

const isSkipped = lacks(lackOfMachines);
const nothing = () => {};

/** bun's own `skip` can't be asked for `skipIf` any more. */
function leftOut<Kind extends typeof bun.test | typeof bun.describe>(kind: Kind): Kind {
  const skip = (...given: Parameters<Kind["skip"]>) => Reflect.apply(kind.skip, undefined, given);
  const left: Kind = Object.assign(skip as unknown as Kind, {
    each: kind.skip.each.bind(kind.skip),
    skipIf: () => left,
  });
  return left;
}

export const test = isSkipped ? leftOut(bun.test) : bun.test;
export const describe = isSkipped ? leftOut(bun.describe) : bun.describe;
export const beforeAll: typeof bun.beforeAll = isSkipped ? nothing : bun.beforeAll;
export const beforeEach: typeof bun.beforeEach = isSkipped ? nothing : bun.beforeEach;
export const afterAll: typeof bun.afterAll = isSkipped ? nothing : bun.afterAll;
export const afterEach: typeof bun.afterEach = isSkipped ? nothing : bun.afterEach;
