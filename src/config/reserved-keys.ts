/** These mean something else to JavaScript objects, and nothing to any configuration. */
export const reservedKeys: ReadonlySet<string> = new Set(["__proto__", "prototype", "constructor"]);
