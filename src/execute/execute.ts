import { isSystemError } from "../linux/ffi.ts";
import { withDescriptor } from "../linux/open.ts";
import { openDirectory } from "../linux/open-directory.ts";
import { statDescriptor } from "../linux/stat.ts";
import { type Effect, withLatestFolders } from "../model/generation.ts";
import { parentOf } from "../model/path.ts";
import type { Plan, Step } from "../model/plan.ts";
import { Failure, failure, type Problem } from "../model/problem.ts";
import { EntriesRefused, Unconfirmed } from "../model/special-failure.ts";
import { busyMounts } from "./busy-mounts.ts";
import { StorageCopies } from "./detached-mounts.ts";
import { syncChanges } from "./durability.ts";
import { explain, undone, withLeftovers } from "./explain.ts";
import { copyUpAll, copyUpFor, movesAnything } from "./extras/copy-up.ts";
import { adjustVisibility } from "./extras/hidden-mounts.ts";
import { HeldFolders } from "./held-folders.ts";
import { watchForInterruption } from "./interruption.ts";
import { perform } from "./perform.ts";
import { type Done, releaseTrees, type StepContext, sparingly, type Watch } from "./step-context.ts";
import { tidyUp } from "./tidy.ts";
import { takeBack } from "./undo.ts";

/** What puts a command on record; each throws a Failure if it can't. */
export interface Recorder {
  /** Before the first step: enough to undo or finish the command if it is killed. Once more if that becomes more exact. */
  readonly begin: (plan: Plan) => void;
  /** After the last one: from here on the command has happened. */
  readonly commit: (effects: readonly Effect[]) => void;
  /** Nothing is left to undo or to finish. */
  readonly end: () => void;
}

/**
 * Carries out a plan and puts it on record. If a step fails, or the record, or the person presses Ctrl-C, every step is
 * taken back in reverse order.
 * @param lazy detach mounts that are in use; otherwise they are all found before the first change, and refused
 * @param watch told before every step, and how far copies are
 * @returns what a person should know of how it went
 * @throws Failure that says what failed, why, and that nothing changed; {@link EntriesRefused} where that is so because of
 *   certain entries
 */
export async function execute(
  planned: Plan,
  recorder: Recorder,
  lazy: boolean,
  watch: Watch,
): Promise<readonly string[]> {
  const busy = lazy ? [] : busyMounts(planned.steps);
  if (busy.length > 0) {
    throw new EntriesRefused(
      busy,
      busy.map(({ problem }) => problem),
    );
  }
  const isMoving = movesAnything(planned);
  let plan = isMoving ? copyUpAll(planned) : planned;
  const interruption = watchForInterruption();
  const folders = new HeldFolders();
  const copies = new StorageCopies();
  const context: StepContext = { stopIfAsked: interruption.stopIfAsked, watch, lazy, folders, copies };
  const tell = sparingly(watch);
  const done: Done[] = [];
  const remarks: string[] = [];
  let begun: Step | null = null;
  try {
    if (plan.steps.length + plan.afterwards.length > 0) recorder.begin(plan);
    for (let index = 0; index < plan.steps.length; index += 1) {
      interruption.stopIfAsked();
      if (isMoving) {
        const lasting = copyUpFor(plan, index);
        // A mount had covered it until now.
        if (lasting !== plan) recorder.begin(lasting);
        plan = lasting;
      }
      // Read only now: the plan may be another one.
      const step = plan.steps[index] as Step;
      turnFolders(folders, step, done);
      begun = step;
      tell(step, index, plan.steps.length);
      try {
        const outcome = perform(step, context);
        done.push({ step, outcome: outcome instanceof Promise ? await outcome : outcome });
      } catch (error) {
        throw explain(error, step);
      }
      begun = null;
      if (interruption.isPauseDue()) await interruption.pause();
    }
    turnFolders(folders, null, done);
    interruption.stopIfAsked();
    remarks.push(...adjustVisibility(done));
    syncOrFail(plan.steps);
    const made = done.flatMap(({ outcome }) => outcome.made ?? []);
    recorder.commit(withLatestFolders([...plan.keptEffects, ...made, ...linkFolders(plan.steps)]));
  } catch (error) {
    if (error instanceof Unconfirmed)
      return [...noticesOf(done), ...remarks, ...error.problems.map(describeDoubt)];
    // What is open on a mount keeps it from being taken away again.
    folders.close();
    watch({ kind: "undo" });
    const leftovers = takeBack(begun === null ? done : [...done, { step: begun, outcome: {} }]);
    if (leftovers.every(({ severity }) => severity === "warning")) endQuietly(recorder);
    throw withLeftovers(error, leftovers);
  } finally {
    folders.close();
    releaseTrees(done);
    copies.close();
    interruption.end();
  }
  const tidied = tidyUp(plan.afterwards);
  if (tidied.isDone) endQuietly(recorder);
  return [...noticesOf(done), ...remarks, ...tidied.notices];
}

function noticesOf(done: readonly Done[]): string[] {
  return done.flatMap(({ outcome }) => outcome.notices ?? []);
}

function describeDoubt({ message }: Problem): string {
  return `the command did its work, but a power cut now could still bring the old generation back: ${message}`;
}

/** A journal that can't be removed is settled by the next command: there will be nothing to do. */
function endQuietly(recorder: Recorder): void {
  try {
    recorder.end();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
}

/** Only now may it turn out that the last step did its work in a place that is hidden by now. */
function turnFolders(folders: HeldFolders, next: Step | null, done: readonly Done[]): void {
  try {
    if (next === null) folders.letGo();
    else folders.turnTo(next);
  } catch (error) {
    const last = done.at(-1);
    throw last === undefined ? error : explain(error, last.step);
  }
}

function syncOrFail(steps: readonly Step[]): void {
  try {
    syncChanges(steps);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const message = `Failed to write the changes to the disk: ${error.message} (${error.code})`;
    throw failure(1, message, `see the kernel's messages (dmesg) about the disk\n${undone}`);
  }
}

/**
 * The directories that the steps made symlinks in, each once, as effects: those that can be known again by their birth.
 */
function linkFolders(steps: readonly Step[]): Effect[] {
  const paths = new Set(steps.filter(makesLink).map(({ path }) => parentOf(path)));
  return [...paths].flatMap((path): Effect[] => {
    const found = openDirectory(path);
    if (found.kind !== "open") return [];
    const { inode, birth } = withDescriptor(found.descriptor, statDescriptor);
    return birth === null ? [] : [{ kind: "holds-links", path, identity: { inode, birth } }];
  });
}

type LinkStep = Extract<Step, { kind: "link" | "replace-link" | "exchange-for-link" | "replace-file" }>;

function makesLink(step: Step): step is LinkStep {
  switch (step.kind) {
    case "link":
    case "replace-link":
    case "exchange-for-link":
    case "replace-file":
      return true;
    default:
      return false;
  }
}
