import { isSystemError } from "../../linux/ffi.ts";
import { readMounts } from "../../linux/mountinfo.ts";
import { closeDescriptor } from "../../linux/open.ts";
import { openParent, PathError } from "../../linux/open-directory.ts";
import { changeUtab, readUtab, utabPath } from "../../linux/utab.ts";
import { mentionsHiding, type Visibility, withVisibility } from "../../linux/utab-text.ts";
import { type Mount, mountAt, mountTable } from "../../model/mount.ts";
import { join, nameOf } from "../../model/path.ts";
import type { Step } from "../../model/plan.ts";
import type { Done } from "../step-context.ts";

/**
 * Hiding mounts from file managers. That is no matter of the kernel, but of a file that all mounts share, so it is done
 * once for all steps. It never makes a command fail: a mount that is seen is better than none.
 */

type MountStep = Extract<Step, { kind: "mount" | "replace-mount" | "set-hidden" | "unmount" }>;

function isMountStep(step: Step): step is MountStep {
  switch (step.kind) {
    case "mount":
    case "replace-mount":
    case "set-hidden":
    case "unmount":
      return true;
    default:
      return false;
  }
}

/** What is to be the case at a target, and how the mount there is found. */
interface Wanted {
  readonly hidden: boolean;
  /** The mount's id; "gone" where there is none, "any" where it was mounted again. */
  readonly mount: number | "gone" | "any";
  readonly sources: readonly string[];
}

/**
 * Hides and shows what the steps mounted and unmounted, in one go.
 * @returns why that was not possible
 */
export function adjustVisibility(done: readonly Done[]): string[] {
  if (!couldMatter(done)) return [];
  const wanted = new Map<string, Wanted>();
  for (const { step, outcome } of done) {
    if (isMountStep(step)) addWanted(wanted, step, wantedAfter(step, outcome.object?.mountId));
  }
  return bringAbout(wanted);
}

/** False if all mounts that come are shown, as nearly always, and none was hidden. */
function couldMatter(done: readonly Done[]): boolean {
  const steps = done.map(({ step }) => step).filter(isMountStep);
  const hides = (step: MountStep) => wantedAfter(step, undefined).hidden;
  return steps.some(hides) || (steps.length > 0 && couldBeHidden());
}

/** True if anything is hidden, or if that can't be found out. */
function couldBeHidden(): boolean {
  try {
    return mentionsHiding(readUtab() ?? new Uint8Array(0));
  } catch (error) {
    if (isSystemError(error)) return true;
    throw error;
  }
}

/** Makes it as it was before the steps, which were taken back. @returns why that was not possible */
export function restoreVisibility(steps: readonly Step[]): string[] {
  const wanted = new Map<string, Wanted>();
  for (const step of steps.toReversed()) {
    if (isMountStep(step)) addWanted(wanted, step, wantedBefore(step));
  }
  return bringAbout(wanted);
}

/** What later ones say of a target counts; the sources of all do. */
function addWanted(wanted: Map<string, Wanted>, { target }: MountStep, own: Wanted): void {
  const sources = [...(wanted.get(target)?.sources ?? []), ...own.sources];
  wanted.set(target, { ...own, sources });
}

function wantedAfter(step: MountStep, mountId: number | undefined): Wanted {
  switch (step.kind) {
    case "mount":
      return { hidden: step.hidden, mount: mountId ?? "any", sources: [step.source] };
    case "replace-mount":
      return {
        hidden: step.to.hidden,
        mount: mountId ?? "any",
        sources: [step.from.source, step.to.source],
      };
    case "set-hidden":
      return { hidden: step.hidden, mount: step.mountId, sources: [step.source] };
    case "unmount":
      return { hidden: false, mount: "gone", sources: [step.source] };
  }
}

function wantedBefore(step: MountStep): Wanted {
  switch (step.kind) {
    case "mount":
      return { hidden: false, mount: "gone", sources: [step.source] };
    case "replace-mount":
      return { hidden: step.from.hidden, mount: "any", sources: [step.to.source, step.from.source] };
    case "set-hidden":
      return { hidden: !step.hidden, mount: step.mountId, sources: [step.source] };
    case "unmount":
      return { hidden: step.hidden, mount: "any", sources: [step.source] };
  }
}

function bringAbout(wanted: ReadonlyMap<string, Wanted>): string[] {
  if (wanted.size === 0) return [];
  try {
    const isNothingHidden = [...wanted.values()].every(({ hidden }) => !hidden);
    if (isNothingHidden && !mentionsHiding(readUtab() ?? new Uint8Array(0))) return [];
    const mounts = readMounts();
    const byPoint = Map.groupBy(mounts, ({ mountPoint }) => mountPoint);
    const wishes = wishesFor(wanted, mounts);
    const isDone = changeUtab((text) => withVisibility(text, wishes, (point) => byPoint.get(point) ?? []));
    return isDone ? [] : [failed("somebody holds its lock")];
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof PathError)) throw error;
    return [failed(error.message)];
  }
}

function failed(reason: string): string {
  return `what file managers show could not be changed: ${utabPath}: ${reason}`;
}

function wishesFor(wanted: ReadonlyMap<string, Wanted>, mounts: readonly Mount[]): Visibility[] {
  const byId = new Map(mounts.map((mount) => [mount.id, mount]));
  // Most mounts are known by their id, so this is seldom needed.
  let table: ReturnType<typeof mountTable> | null = null;
  return [...wanted].flatMap(([target, { hidden, mount: which, sources }]) => {
    if (typeof which === "number") {
      const mount = byId.get(which);
      return mount === undefined ? [] : [{ mountPoint: mount.mountPoint, mount, hidden, sources }];
    }
    const mountPoint = realPath(target);
    if (mountPoint === null) return [];
    if (which === "gone") return [{ mountPoint, mount: null, hidden, sources }];
    table ??= mountTable(mounts);
    return [{ mountPoint, mount: mountAt(table, mountPoint), hidden, sources }];
  });
}

function realPath(target: string): string | null {
  const parent = openParent(target);
  if (parent.kind !== "open") return null;
  closeDescriptor(parent.descriptor);
  return join(parent.path, nameOf(target));
}
