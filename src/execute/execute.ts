import { isSystemError } from "../linux/ffi.ts";
import { unlink } from "../linux/files.ts";
import { inParentOf, PathError } from "../linux/walk.ts";
import type { Effect } from "../model/generation.ts";
import type { Plan, Step } from "../model/plan.ts";
import { Failure, type Problem } from "../model/problem.ts";
import { CopyError } from "./copy-tree.ts";
import { watchForInterruption } from "./interruption.ts";
import { perform } from "./perform.ts";
import { revert } from "./revert.ts";
import { type Done, failedAttempt, releaseTrees, remedyFor } from "./session.ts";

/** A plan that was carried out. */
export interface Execution {
  /** The effects in force from now on. */
  readonly effects: readonly Effect[];
  /** What a person should know of how it went. */
  readonly notices: readonly string[];
}

/**
 * Carries out a plan, and then `commit`, which puts it on record. If a step fails, or the record, or somebody presses
 * Ctrl-C, every step is taken back in reverse order.
 * @throws Failure that says what failed, why, and that nothing changed
 */
export async function execute(plan: Plan, commit: (effects: readonly Effect[]) => void): Promise<Execution> {
  const interruption = watchForInterruption();
  const done: Done[] = [];
  try {
    for (const step of plan.steps) {
      interruption.stopIfAsked();
      try {
        done.push({ step, outcome: await perform(step, interruption.stopIfAsked) });
      } catch (error) {
        throw explain(error, step);
      }
      await interruption.pause();
    }
    interruption.stopIfAsked();
    const made = done.flatMap(({ outcome }) => outcome.made ?? []);
    const effects = [...plan.keptEffects, ...made];
    commit(effects);
    return {
      effects,
      notices: [...done.flatMap(({ outcome }) => outcome.notices ?? []), ...tidyUp(plan.steps)],
    };
  } catch (error) {
    throw withLeftovers(error, undo(done));
  } finally {
    releaseTrees(done);
    interruption.end();
  }
}

/** What the kernel refused, in words. */
function explain(error: unknown, step: Step): unknown {
  const cause = error instanceof CopyError ? error.cause : error;
  if (isSystemError(cause)) {
    const message = `${failedAttempt(step)}: ${error === cause ? cause.message : String(error)} (${cause.code})`;
    return failed(message, remedyFor(cause, step));
  }
  if (error instanceof PathError)
    return failed(`${failedAttempt(step)}: ${error.message}`, "put that right");
  return error;
}

function failed(message: string, help: string): Failure {
  return new Failure(1, [
    { severity: "error", message, help: `${help}\nnothing changed: every step before it was undone` },
  ]);
}

/** @returns what could not be put back */
function undo(done: readonly Done[]): Problem[] {
  const problems: Problem[] = [];
  for (const past of [...done].reverse()) {
    try {
      for (const message of revert(past)) problems.push({ severity: "warning", message });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      problems.push({
        severity: "error",
        message: `could not undo: ${past.step.kind} for ${past.step.serves}: ${reason}`,
      });
    }
  }
  return problems;
}

function withLeftovers(error: unknown, leftovers: readonly Problem[]): unknown {
  if (!(error instanceof Failure) || leftovers.length === 0) return error;
  return new Failure(error.exitCode, [...error.problems, ...leftovers]);
}

/** What waits until the command is on record: files that a link with the same content replaced. */
function tidyUp(steps: readonly Step[]): string[] {
  const notices: string[] = [];
  for (const step of steps) {
    if (step.kind !== "replace-file") continue;
    try {
      inParentOf(step.aside, unlink);
    } catch (error) {
      if (!isSystemError(error) && !(error instanceof PathError)) throw error;
      notices.push(`${step.aside} could not be removed: ${error.message}`);
    }
  }
  return notices;
}
