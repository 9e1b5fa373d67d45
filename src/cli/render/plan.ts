import type { Manifest } from "../../model/manifest.ts";
import type { Action, Plan, Step, Tidying } from "../../model/plan.ts";
import type { Paint } from "./paint.ts";
import { stepWords } from "./step.ts";

type PlannedSteps = Pick<Plan, "steps" | "afterwards">;

/** What a person should read of a plan: not the clearing away of names that it uses in between. */
export function actionsOf(plan: PlannedSteps): readonly Action[] {
  const tidyings = tidyingsToRead(plan);
  return tidyings.length === 0 ? plan.steps : [...plan.steps, ...tidyings];
}

function tidyingsToRead({ steps, afterwards }: PlannedSteps): readonly Tidying[] {
  if (afterwards.length === 0) return afterwards;
  const asides = new Set<string>();
  for (let index = 0; index < steps.length; index += 1) {
    const step = steps[index];
    if (step !== undefined && "aside" in step) asides.add(step.aside);
  }
  return afterwards.filter(({ path }) => !asides.has(path));
}

/** What a dry run shows: a line for each step, and a summary. */
export function planLines(plan: PlannedSteps, wanted: Manifest, paint: Paint): string[] {
  const lines = stepLines(plan, paint);
  return lines.length === 0 ? ["Nothing to do."] : [...lines, summaryLine(plan, wanted, "to do")];
}

/** A line for each step. */
export function stepLines(plan: PlannedSteps, paint: Paint): string[] {
  const words = actionsOf(plan).map(stepWords);
  const width = Math.max(0, ...words.map(({ verb }) => verb.length));
  return words.map(({ verb, rest }) => `  ${paint.bold(verb)}${" ".repeat(width - verb.length)}  ${rest}`);
}

/** `3 to mount, 1 to link, 2 unchanged`; for what was done: `3 mounted, 1 linked, 2 unchanged`. */
export function summaryLine(plan: PlannedSteps, wanted: Manifest, tense: "to do" | "done"): string {
  const counts = countGroups(actionsOf(plan));
  const parts = groups.flatMap((group) => {
    const count = counts.get(group) ?? 0;
    return count === 0 ? [] : [`${count} ${tense === "done" ? group.done : `to ${group.verb}`}`];
  });
  const unchanged = countUnchanged(plan.steps, wanted);
  return [...parts, ...(unchanged === 0 && parts.length > 0 ? [] : [`${unchanged} unchanged`])].join(", ");
}

interface Group {
  readonly verb: string;
  readonly done: string;
}

const mount: Group = { verb: "mount", done: "mounted" };
const remount: Group = { verb: "remount", done: "remounted" };
const link: Group = { verb: "link", done: "linked" };
const unmount: Group = { verb: "unmount", done: "unmounted" };
const unlink: Group = { verb: "unlink", done: "unlinked" };
const adopt: Group = { verb: "adopt", done: "adopted" };
const copy: Group = { verb: "copy", done: "copied" };
const create: Group = { verb: "create", done: "created" };
const change: Group = { verb: "change", done: "changed" };
const backUp: Group = { verb: "back up", done: "backed up" };
const putBack: Group = { verb: "put back", done: "put back" };
const remove: Group = { verb: "remove", done: "removed" };

/** In the order of the summary. */
const groups: readonly Group[] = [
  mount,
  remount,
  link,
  unmount,
  unlink,
  change,
  adopt,
  copy,
  create,
  backUp,
  putBack,
  remove,
];

const groupsOf: Readonly<Record<Action["kind"], readonly Group[]>> = {
  mount: [mount],
  "replace-mount": [remount],
  "set-mount-options": [change],
  "set-hidden": [change],
  unmount: [unmount],
  link: [link],
  "replace-link": [link],
  "exchange-for-link": [link, backUp],
  "replace-file": [link],
  unlink: [unlink],
  "copy-source": [copy],
  "adopt-file": [adopt],
  "create-directory": [create],
  "create-file": [create],
  "set-access": [change],
  "back-up": [backUp],
  "put-back": [putBack],
  "unlink-to-copy": [unlink],
  "set-aside": [remove],
  "remove-directory": [remove],
  "remove-file": [remove],
  "discard-file": [remove],
};

function countGroups(actions: readonly Action[]): ReadonlyMap<Group, number> {
  const counts = new Map<Group, number>();
  for (const [kind, count] of countKinds(actions)) {
    for (const group of groupsOf[kind]) counts.set(group, (counts.get(group) ?? 0) + count);
  }
  return counts;
}

/** A plan has thousands of actions, of which neighbours are mostly of one kind. */
function countKinds(actions: readonly Action[]): ReadonlyMap<Action["kind"], number> {
  const counts = new Map<Action["kind"], number>();
  for (let index = 0; index < actions.length; ) {
    const kind = actions[index]?.kind;
    const begin = index;
    while (index < actions.length && actions[index]?.kind === kind) index += 1;
    if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + index - begin);
  }
  return counts;
}

/** The wanted entries that no step is for. */
function countUnchanged(steps: readonly Step[], { entries }: Manifest): number {
  if (steps.length === 0 || entries.length === 0) return entries.length;
  const touched = new Set<string>();
  for (let index = 0; index < steps.length; index += 1) touched.add(steps[index]?.serves ?? "");
  let unchanged = 0;
  for (let index = 0; index < entries.length; index += 1) {
    if (!touched.has(entries[index]?.target ?? "")) unchanged += 1;
  }
  return unchanged;
}
