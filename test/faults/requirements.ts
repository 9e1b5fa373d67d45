import { existsSync } from "node:fs";
import { executable, isRoot, lackOfMachines } from "../machine/machine.ts";
import { need, program } from "../requirement.ts";

/** What the machine that runs the tests lacks for them; see `lacks`. */
export const missing = [
  lackOfMachines,
  need(isRoot, "root's rights"),
  program("strace"),
  program("setfattr", "setfattr (attr)"),
  need(existsSync(executable), `the executable ${executable}`),
];
