import { existsSync } from "node:fs";
import { executable, isRoot } from "../machine/machine.ts";
import { need } from "../machine/requirement.ts";

/** What the machine that runs the tests lacks for them; see `lacks`. */
export const missing = [
  need(isRoot, "root's rights"),
  need(Bun.which("strace") !== null, "strace"),
  need(existsSync(executable), `the executable ${executable}`),
];
