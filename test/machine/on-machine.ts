import * as bun from "bun:test";
import { lacks } from "../requirement.ts";
import { lackOfMachines } from "./machine.ts";

/**
 * What bun:test has, for the files whose tests run on a {@link Machine}: where none can be made, all of it is left out, and
 * the file says so once.
 */

const isSkipped = lacks(lackOfMachines);
const nothing = () => {};

export const test = (isSkipped ? bun.test.skip : bun.test) as typeof bun.test;
export const describe = (isSkipped ? bun.describe.skip : bun.describe) as typeof bun.describe;
export const beforeAll: typeof bun.beforeAll = isSkipped ? nothing : bun.beforeAll;
export const beforeEach: typeof bun.beforeEach = isSkipped ? nothing : bun.beforeEach;
export const afterAll: typeof bun.afterAll = isSkipped ? nothing : bun.afterAll;
export const afterEach: typeof bun.afterEach = isSkipped ? nothing : bun.afterEach;
