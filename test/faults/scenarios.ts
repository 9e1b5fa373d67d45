import {
  ageFiles,
  configPath,
  newConfiguration,
  oldConfiguration,
  programSaves,
  rootBefore,
  rootBetween,
  stateDirectory,
  storedBefore,
  throwRootAway,
} from "./world.ts";

/** A command that faults strike, and the way to the system that it finds. */
export interface Scenario {
  readonly name: string;
  /** Shell: makes the system on an empty machine. */
  readonly prepare: string;
  /** The words of the struck command. */
  readonly command: readonly string[];
  /** The words of the next command, which settles what was left. */
  readonly next: readonly string[];
  /** True if that command, when it has undone the struck one, does the same work itself. */
  readonly nextWorksToo: boolean;
}

const imp = (words: string) => `/imp/imp --config ${configPath} ${words} >/dev/null 2>&1\n`;
const configure = (text: string) => `cat > ${configPath} <<'END'\n${text}END\n`;
const restore = ["--state-dir", stateDirectory, "restore"];

const first = `${storedBefore}${rootBefore}${ageFiles}${configure(oldConfiguration)}`;
const between = `${first}${imp("apply")}${rootBetween}${ageFiles}${configure(newConfiguration)}`;
const after = `${between}${imp("apply")}`;

export const scenarios: readonly Scenario[] = [
  {
    name: "apply",
    prepare: between,
    command: ["--config", configPath, "apply"],
    next: restore,
    nextWorksToo: false,
  },
  {
    name: "rollback",
    prepare: after,
    command: ["--state-dir", stateDirectory, "rollback"],
    next: restore,
    nextWorksToo: false,
  },
  {
    name: "first apply",
    prepare: first,
    command: ["--config", configPath, "apply"],
    next: ["--config", configPath, "apply", "--if-changed"],
    nextWorksToo: true,
  },
  {
    name: "restore",
    prepare: `${after}${throwRootAway}`,
    command: restore,
    next: restore,
    nextWorksToo: true,
  },
  {
    name: "adopt",
    prepare: `${after}${programSaves}`,
    command: [...restore, "--adopt-replaced"],
    next: [...restore, "--adopt-replaced"],
    nextWorksToo: true,
  },
  {
    name: "delete",
    prepare: after,
    command: ["--state-dir", stateDirectory, "delete", "1", "--force"],
    next: restore,
    nextWorksToo: false,
  },
];
