import type { Pair, PairGoal } from "./pair.ts";
import { plainStyle, type Style } from "./stage.ts";
import {
  changedApply,
  current,
  firstApply,
  list,
  removeAll,
  restore,
  switchOne,
  unchangedApply,
  verify,
  type Work,
} from "./work.ts";

/** Works, and what each has to hold to. */
type Goals = readonly (readonly [Work, ...PairGoal[]])[];

/** A day that every month has. */
const day = 15;

const asToday: PairGoal = ["× the other", 1.05];
/** Comments used to keep lines from a shortcut of the configuration's reader. */
const withComments: PairGoal = ["× the other", 0.8];
const often: PairGoal = ["× the other", 1.3];

const few: Goals = [
  [firstApply, asToday],
  [unchangedApply, asToday],
  [changedApply, asToday],
  [switchOne, asToday],
  [verify, asToday],
  [restore, asToday],
  [removeAll, asToday],
];

/** What does not read the entries in imp.toml has nothing to win there. */
const fewWithComments: Goals = [
  [firstApply, withComments],
  [unchangedApply, withComments],
  [changedApply, withComments],
  [switchOne, asToday],
  [verify, asToday],
  [restore, asToday],
  [removeAll, asToday],
];

const small: Goals = [
  [firstApply, ["× hello-world", 4.5], ["MiB over hello-world", 12]],
  [unchangedApply, ["× hello-world", 4], ["MiB over hello-world", 12]],
  [verify, ["× hello-world", 3], ["MiB over hello-world", 12]],
  [removeAll, ["× hello-world", 5], ["MiB over hello-world", 12]],
];

const large: Goals = [
  [firstApply, ["× the other", 1.4]],
  [unchangedApply, often],
  [changedApply, often],
  [switchOne, often],
  [verify, often],
  [removeAll, ["× the other", 1]],
];

const saying: Goals = [
  [list, ["× hello-world", 1.35]],
  [current, ["× hello-world", 1.35]],
];

const heads: Readonly<Record<string, Style["head"]>> = {
  "nothing special": plainStyle.head,
  "a quoted key": (state) => `"state_dir" = ${state}\n`,
  "a key with an escape": (state) => `"state\\u005fdir" = ${state}\n`,
  "single quotes": (state) => `state_dir = '${JSON.parse(state)}'\n`,
  "three quotes": (state) => `state_dir = ""${state}""\n`,
  "a comment behind": (state) => `state_dir = ${state} # on the disk that stays\n`,
  "other keys around": (state) => `# imp\n\nbackup = false\nstate_dir = ${state}\ncreate_parents = true\n`,
};

/** How a group of pairs differs from an ordinary one. */
type Setting = Partial<Pick<Pair, "day" | "style" | "isFound" | "remark">>;

function pairs(goals: Goals, sizes: readonly number[], setting: Setting = {}): Pair[] {
  return sizes.flatMap((size) =>
    goals.map(([work, ...own]) => ({
      work,
      size,
      day,
      style: plainStyle,
      isFound: true,
      ...setting,
      goals: own,
    })),
  );
}

function withLists(lists: Style["lists"]): Setting {
  return { style: { ...plainStyle, lists }, remark: lists };
}

function withHead(head: Style["head"], what: string): Setting {
  return { style: { ...plainStyle, head }, remark: `state_dir with ${what}` };
}

function madeOn(ownDay: number): Setting {
  return { day: ownDay, isFound: false, remark: `made on day ${ownDay}` };
}

/** What is measured with `--against`, and the goals. */
export const allPairs: readonly Pair[] = [
  ...pairs(few, [20, 100]),
  ...pairs(fewWithComments, [20, 100], withLists("a comment on every line")),
  ...pairs(few, [20, 100], withLists("all paths on one line")),
  ...pairs(small, [75]),
  ...[1, 28, 29, 30, 31].flatMap((ownDay) => pairs(saying, [3], madeOn(ownDay))),
  ...Object.entries(heads).flatMap(([what, head]) => pairs(saying, [3], withHead(head, what))),
  ...pairs(saying, [3], withLists("inline tables")),
  ...pairs(large, [1500, 7500]),
];
