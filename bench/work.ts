import type { Contender } from "./rounds.ts";
import type { Site } from "./site.ts";
import type { Stage } from "./stage.ts";

/** A command that is measured, and what it starts from. */
export interface Work {
  readonly name: string;
  /** Brings a new stage into the state that all rounds start from. */
  readonly begin?: (run: RunImp, stage: Stage) => void;
  /** Brings it back there before each round. */
  readonly prepare?: (run: RunImp, stage: Stage) => void;
  readonly words: (stage: Stage, round: number) => readonly string[];
}

/** Runs imp on the stage's site, and throws if it fails. */
export type RunImp = (...words: readonly string[]) => void;

/** Brings a new stage to where the work starts from; the executable's work there is to be measured. */
export function contender(
  name: string,
  executable: string,
  { begin, prepare, words }: Work,
  site: Site,
  stage: Stage,
): Contender {
  const run: RunImp = (...given) => void site.output([executable, ...given]);
  stage.reset();
  begin?.(run, stage);
  return {
    name,
    prepare: () => prepare?.(run, stage),
    run: (round) => site.time([executable, ...words(stage, round)]),
  };
}

export const applyAll = (stage: Stage) => ["apply", "--config", stage.all];

export const firstApply: Work = {
  name: "first apply",
  prepare: (_run, stage) => stage.reset(),
  words: applyAll,
};

export const unchangedApply: Work = {
  name: "apply, nothing changed",
  begin: (run, stage) => run(...applyAll(stage)),
  words: applyAll,
};

/** The last directory goes and comes in turn. */
export const changedApply: Work = {
  name: "apply, one entry changed",
  begin: (run, stage) => run(...applyAll(stage)),
  words: (stage, round) => ["apply", "--config", round % 2 === 0 ? stage.allButOne : stage.all],
};

export const verify: Work = {
  name: "verify",
  begin: (run, stage) => run(...applyAll(stage)),
  words: () => ["verify"],
};

/** The last directory goes and comes in turn. */
export const switchOne: Work = {
  name: "switch of one entry",
  begin: (run, stage) => {
    run("apply", "--config", stage.allButOne);
    run(...applyAll(stage));
  },
  words: (_stage, round) => ["switch", round % 2 === 0 ? "1" : "2"],
};

/** What happens at every boot of a machine whose root is thrown away. */
export const restore: Work = {
  name: "restore after a start",
  begin: (run, stage) => run(...applyAll(stage)),
  prepare: (_run, stage) => stage.restart(),
  words: () => ["restore"],
};

/** Two generations are enough to look at, and are what the goals for these speak of. */
const twice = (run: RunImp, stage: Stage) => {
  run(...applyAll(stage));
  run(...applyAll(stage));
};

export const list: Work = { name: "list", begin: twice, words: () => ["list"] };
export const current: Work = { name: "current", begin: twice, words: () => ["current"] };

export const removeAll: Work = {
  name: "removing all",
  begin: (run, stage) => run("apply", "--config", stage.none),
  prepare: (run, stage) => run(...applyAll(stage)),
  words: (stage) => ["apply", "--config", stage.none],
};
