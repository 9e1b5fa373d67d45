import type { PullRequest } from "./pull-request.ts";
import { readProgram } from "./run-program.ts";

export interface Proposal {
  /** The folder with the code that failed, as it was. */
  readonly workspace: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The path of a file with the changes. */
  readonly patch: string;
  /** The path of a file to write the pull request's text to, outside of the workspace. */
  readonly bodyFile: string;
}

/** Those who write the checks and the rights of everyone; an agent does not. */
const guarded = [".github/", ".ci/"];

/** Throws if a patch changes what auto-fix may not change. */
export function requireHarmless(paths: readonly string[]): void {
  const found = paths.filter((path) => guarded.some((folder) => path.startsWith(folder)));
  if (found.length > 0) throw new Error(`the agent changed what it may not change: ${found.join(", ")}`);
}

/** Commits the changes to a branch of their own, pushes it, and opens a draft. Nothing of the changed code is run. */
export function propose({ branch, base, title }: PullRequest, proposal: Proposal): void {
  const where = { cwd: proposal.workspace, environment: proposal.environment };
  const git = (...words: readonly string[]) => readProgram("git", words, where);
  git("switch", "--create", branch);
  git("apply", "--index", proposal.patch);
  requireHarmless(git("diff", "--cached", "--name-only", "--no-renames", "-z", "HEAD").split("\0"));
  // The account that GitHub's actions act as.
  git(
    ...["-c", "user.name=github-actions[bot]"],
    ...["-c", "user.email=41898282+github-actions[bot]@users.noreply.github.com"],
    ...["commit", "--no-verify", "--message", title],
  );
  git("push", "--force", "origin", `HEAD:refs/heads/${branch}`);
  const url = readProgram(
    "gh",
    [
      ...["pr", "create", "--draft"],
      ...[`--base=${base}`, `--head=${branch}`, `--title=${title}`, `--body-file=${proposal.bodyFile}`],
    ],
    where,
  );
  console.log(`opened ${url.trim()}`);
}
