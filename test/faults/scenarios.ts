import {
  ageFiles,
  configPath,
  newConfiguration,
  oldConfiguration,
  rootBefore,
  rootBetween,
  stateDirectory,
  storedBefore,
} from "./world.ts";

/** A command that faults strike, and the way to the system that it finds. */
export interface Scenario {
  readonly name: string;
  /** Shell: makes the system on an empty machine. */
  readonly prepare: string;
  /** The words of the struck command. */
  readonly command: readonly string[];
  /** The words of the next command: it settles what was left. */
  readonly next: readonly string[];
  /** False if nothing is active before, so that a command that came to nothing leaves nothing to verify. */
  readonly hasGeneration: boolean;
}

const imp = (words: string) => `/imp/imp --config ${configPath} ${words} >/dev/null 2>&1`;
const configure = (text: string) => `cat > ${configPath} <<'END'\n${text}END\n`;
const restore = ["--state-dir", stateDirectory, "restore"];

const first = `${storedBefore}${rootBefore}${ageFiles}${configure(oldConfiguration)}`;
const between = `${first}${imp("apply")}\n${rootBetween}${ageFiles}${configure(newConfiguration)}`;
const after = `${between}${imp("apply")}\n`;

export const scenarios: readonly Scenario[] = [
  {
    name: "apply to another configuration",
    prepare: between,
    command: ["--config", configPath, "apply"],
    next: restore,
    hasGeneration: true,
  },
  {
    name: "first apply",
    prepare: first,
    command: ["--config", configPath, "apply"],
    next: ["--config", configPath, "apply", "--if-changed"],
    hasGeneration: false,
  },
  {
    name: "rollback",
    prepare: after,
    command: ["--config", configPath, "rollback"],
    next: restore,
    hasGeneration: true,
  },
];
