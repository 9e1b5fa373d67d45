import { readFileSync, writeFileSync } from "node:fs";

/**
 * Makes an executable deaf to the environment variables by which the Bun in it would run other code than its own, or
 * become another program. Bun has no switch for that, and imp's code comes too late: what `BUN_OPTIONS` preloads has
 * run by then. sudo(8) lets none of these through unless it is told to; a service manager or a container would.
 */

const variables = [
  // Options of Bun, `--preload FILE` among them.
  "BUN_OPTIONS",
  // The executable is Bun itself then, and runs any script.
  "BUN_BE_BUN",
  // A debugger's port, open to every user of the machine.
  "BUN_INSPECT",
  "BUN_INSPECT_CONNECT_TO",
  "BUN_INSPECT_PRELOAD",
  // Files that Bun writes about the code which it runs.
  "BUN_BYTECODE_ORDER_OUT",
  "BUN_BYTECODE_ORDER_NAMES_OUT",
  "BUN_BYTECODE_DIGEST_OUT",
] as const;

/**
 * Bun asks getenv(3) by these names, which lie in the executable as C strings. Each becomes the empty one: there is no
 * variable without a name.
 * @throws Error if a name does not lie there exactly once: another version of Bun has to be looked at first
 */
export function seal(path: string): void {
  const bytes = readFileSync(path);
  for (const variable of variables) {
    const name = Buffer.from(`\0${variable}\0`);
    const at = bytes.indexOf(name);
    if (at < 0) throw new Error(`${variable} is not where it is expected: see how this Bun reads it`);
    if (bytes.indexOf(name, at + 1) >= 0) throw new Error(`${variable} is there twice: which one counts?`);
    bytes[at + 1] = 0;
  }
  writeFileSync(path, bytes);
}
