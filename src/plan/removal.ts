import { type Entry, isMounted } from "../model/manifest.ts";
import { allMountsAt, mountsOn } from "../model/mount.ts";
import { parentsFirst } from "../model/path.ts";
import type { Step } from "../model/plan.ts";
import { type Draft, notice, temporaryBeside } from "./draft.ts";
import { describeNode } from "./obstacle.ts";
import { optionsOf } from "./options.ts";
import type { Survey } from "./standing.ts";
import { planWithdrawals } from "./withdrawal.ts";

/** A removal step with the place that decides its turn: what lies deepest goes first. */
interface Removal {
  readonly path: string;
  readonly rank: "entry" | "made" | "backup";
  readonly step: Step;
}

const rankOrder = { entry: 0, made: 1, backup: 2 } as const;

/** Plans what goes: entries no longer wanted, those in the way of a change above them, and what was made for them. */
export function planRemovals(draft: Draft, survey: Survey): void {
  const removals: Removal[] = [];
  for (const entry of survey.active.values()) {
    if (staysInPlace(entry, survey)) continue;
    const step = isMounted(entry) ? unmountStep(draft, entry, survey) : unlinkStep(draft, entry, survey);
    if (step !== null) removals.push({ path: entry.target, rank: "entry", step });
  }
  removals.push(...planWithdrawals(draft, survey, new Set(removals.map(({ path }) => path))));
  removals.sort(
    (left, right) => parentsFirst(right.path, left.path) || rankOrder[left.rank] - rankOrder[right.rank],
  );
  for (const { step } of removals) draft.removalSteps.push(step);
}

/** True if what imp has at the entry's target may stay while the plan runs, changed in its place at most. */
function staysInPlace(entry: Entry, survey: Survey): boolean {
  const wanted = survey.wanted.get(entry.target);
  if (wanted === undefined || survey.liesOnMovingMount(entry.target)) return false;
  if (!isMounted(entry)) return wanted.kind === "linked-file";
  return isMounted(wanted) && survey.fate.get(entry.target) !== "again";
}

function wasFound(draft: Draft, target: string): boolean {
  return draft.request.effects.some((effect) => effect.kind === "found" && effect.target === target);
}

function unmountStep(draft: Draft, entry: Entry, survey: Survey): Step | null {
  const standing = survey.standing.get(entry.target);
  const { mounts } = draft.request.observed;
  const real = draft.request.observed.real(entry.target);
  if (standing === undefined || standing.kind === "nothing") {
    if (survey.wanted.has(entry.target) || allMountsAt(mounts, real).length === 0) return null;
    draft.conflicts.push({
      serves: entry.target,
      message: `${entry.target} is hidden by a later mount above it, so it can't be unmounted`,
      help: `see 'findmnt', unmount what hides it, and try again`,
    });
    return null;
  }
  if (standing.kind === "foreign") {
    if (standing.coversOurs) {
      draft.conflicts.push({
        serves: entry.target,
        message: `somebody mounted ${standing.mount.filesystem} from ${standing.mount.from} over ${entry.target}`,
        help: `unmount that first: umount '${real}'`,
      });
    } else {
      notice(draft, entry.target, `${entry.target} is left as it is: what is mounted there is not imp's`);
    }
    return null;
  }
  if (wasFound(draft, entry.target)) {
    notice(draft, entry.target, `${entry.target} stays mounted: it was before imp came`);
    return null;
  }
  for (const mount of mountsOn(mounts, standing.mount)) {
    if (draft.going.has(mount.id)) continue;
    draft.conflicts.push({
      serves: entry.target,
      message: `${entry.target} can't be unmounted: ${mount.filesystem} from ${mount.from} is mounted inside, at ${mount.mountPoint}`,
      help: `unmount that first: umount '${mount.mountPoint}'`,
    });
  }
  const source = survey.before.placeOf(entry.source);
  return {
    kind: "unmount",
    serves: entry.target,
    target: entry.target,
    source,
    options: optionsOf(standing.mount),
  };
}

function unlinkStep(draft: Draft, entry: Entry, survey: Survey): Step | null {
  const node = draft.request.observed.node({ path: entry.target, beneath: null });
  if (node.kind === "missing") return null;
  if (node.kind !== "symlink" || node.text !== entry.source) {
    if (!survey.wanted.has(entry.target)) {
      notice(
        draft,
        entry.target,
        `${entry.target} is left as it is: it is ${describeNode(node)} now, not imp's symlink`,
      );
    }
    return null;
  }
  if (wasFound(draft, entry.target)) {
    if (!survey.wanted.has(entry.target)) {
      notice(draft, entry.target, `${entry.target} stays a symlink: it was before imp came`);
    }
    return null;
  }
  const replaced = draft.request.effects.find(
    (effect) => effect.kind === "replaced-file" && effect.target === entry.target,
  );
  const source = survey.before.placeOf(entry.source);
  const sourceNode = draft.request.observed.node({ path: source, beneath: null });
  if (replaced?.kind === "replaced-file") {
    draft.endedEffects.add(replaced);
    const { access } = replaced;
    if (sourceNode.kind === "file") {
      draft.changed.set(draft.before.placeOf(entry.target), { ...sourceNode, ...access, links: 1 });
      const aside = temporaryBeside(draft, entry.target);
      const link = { serves: entry.target, path: entry.target, text: entry.source };
      return { kind: "unlink-to-copy", ...link, from: source, access, aside };
    }
    notice(
      draft,
      entry.target,
      `${entry.target} had a file of its own once; without the source there is no copy of it`,
    );
  }
  draft.changed.set(draft.before.placeOf(entry.target), { kind: "missing" });
  return { kind: "unlink", serves: entry.target, path: entry.target, text: entry.source };
}
