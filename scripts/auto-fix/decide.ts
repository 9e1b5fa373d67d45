import { type FixName, fixForJob, fixNames } from "./fixes.ts";
import type { Job, Run } from "./run.ts";

/** Pull requests of auto-fix come from branches of this name, with the number of the run that failed. */
export const branchPrefix = "auto-fix/run-";

export const skipMark = "[skip auto-fix]";

export interface Repair {
  readonly action: "fix";
  readonly run: Pick<Run, "id" | "url" | "branch" | "commit">;
  /** The pull request whose checks failed, if it was one. */
  readonly pullRequest: number | null;
  /** All jobs that failed, also those that nothing is done about. */
  readonly failed: readonly Job[];
  readonly fixes: readonly FixName[];
}

export interface Skip {
  readonly action: "skip";
  readonly reason: string;
}

export type Decision = Repair | Skip;

/**
 * What to do about a run of CI that has ended.
 * @param hasKey whether there is an ANTHROPIC_API_KEY
 */
export function decide(run: Run, jobs: readonly Job[], hasKey: boolean): Decision {
  const reason = reasonToSkip(run, hasKey);
  if (reason !== null) return { action: "skip", reason };
  const failed = jobs.filter(({ conclusion }) => conclusion === "failure" || conclusion === "timed_out");
  const found = new Set(failed.map(({ name }) => fixForJob(name)));
  const fixes = fixNames.filter((name) => found.has(name));
  if (fixes.length === 0) {
    const names = failed.map(({ name }) => name).join(", ");
    return { action: "skip", reason: `there is no fix for what failed: ${names === "" ? "no job" : names}` };
  }
  const { id, url, branch, commit } = run;
  return {
    action: "fix",
    run: { id, url, branch, commit },
    pullRequest: run.event === "pull_request" ? (run.pullRequests[0] ?? null) : null,
    failed,
    fixes,
  };
}

/**
 * `workflow_run` has the rights and the secrets of the default branch, whatever code failed. So only code of those who
 * may write to this repository is run.
 */
function reasonToSkip(run: Run, hasKey: boolean): string | null {
  if (run.conclusion !== "failure")
    return `CI did not fail, its conclusion is ${run.conclusion ?? "not there yet"}`;
  if (run.codeFrom !== run.repository) {
    return `the code comes from ${run.codeFrom ?? "a repository that is gone"}, and must not get at the secrets of ${run.repository}`;
  }
  const isOfDefaultBranch = run.event === "push" && run.branch === run.defaultBranch;
  if (!isOfDefaultBranch && run.event !== "pull_request") {
    return `the run is of neither ${run.defaultBranch} nor a pull request: ${run.event} on ${run.branch}`;
  }
  if (run.branch.startsWith(branchPrefix)) return `${run.branch} is a branch of auto-fix itself`;
  if (run.commitMessage.includes(skipMark) || run.title.includes(skipMark)) return `it says ${skipMark}`;
  if (!hasKey) return "there is no secret ANTHROPIC_API_KEY";
  return null;
}
