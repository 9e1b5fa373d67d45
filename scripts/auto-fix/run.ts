/**
 * What auto-fix has to know about a run of CI: a part of the event `workflow_run` and of the answer to
 * `GET /repos/OWNER/NAME/actions/runs/ID/attempts/N/jobs`, as docs.github.com describes them.
 */
export interface Run {
  readonly id: number;
  readonly url: string;
  /** `failure`, `success`, `cancelled`…; null while it runs. */
  readonly conclusion: string | null;
  /** What started it: `push`, `pull_request`… */
  readonly event: string;
  readonly branch: string;
  readonly commit: string;
  readonly commitMessage: string;
  /** The title of the pull request, or of the commit. */
  readonly title: string;
  /** `OWNER/NAME` of the repository that the code comes from; null if that is deleted. */
  readonly codeFrom: string | null;
  /** `OWNER/NAME` of this repository. */
  readonly repository: string;
  readonly defaultBranch: string;
  /** The numbers of the pull requests from this branch. */
  readonly pullRequests: readonly number[];
}

export interface Job {
  readonly name: string;
  readonly conclusion: string | null;
  readonly url: string;
}

/** Reads the event `workflow_run`. Throws, with the name of the property, if it does not have that form. */
export function readRun(event: unknown): Run {
  const run = object(event, "workflow_run");
  const commit = object(run, "head_commit");
  const from = property(run, "head_repository");
  const repository = object(event, "repository");
  return {
    id: number(run, "id"),
    url: string(run, "html_url"),
    conclusion: stringOrNull(run, "conclusion"),
    event: string(run, "event"),
    branch: string(run, "head_branch"),
    commit: string(run, "head_sha"),
    commitMessage: string(commit, "message"),
    title: string(run, "display_title"),
    codeFrom: from === null ? null : string(from, "full_name"),
    repository: string(repository, "full_name"),
    defaultBranch: string(repository, "default_branch"),
    pullRequests: array(run, "pull_requests").map((request) => number(request, "number")),
  };
}

/** Reads the list of jobs. Throws as {@link readRun} does. */
export function readJobs(answer: unknown): readonly Job[] {
  return array(answer, "jobs").map((job) => ({
    name: string(job, "name"),
    conclusion: stringOrNull(job, "conclusion"),
    url: string(job, "html_url"),
  }));
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !(name in value)) {
    throw new Error(`GitHub's answer has no property ${name} here: ${JSON.stringify(value)}`);
  }
  return (value as Readonly<Record<string, unknown>>)[name];
}

function wrong(name: string, expected: string, found: unknown): Error {
  return new Error(`${name} of GitHub's answer is not ${expected}: ${JSON.stringify(found)}`);
}

function object(value: unknown, name: string): object {
  const found = property(value, name);
  if (typeof found !== "object" || found === null) throw wrong(name, "an object", found);
  return found;
}

function array(value: unknown, name: string): readonly unknown[] {
  const found = property(value, name);
  if (!Array.isArray(found)) throw wrong(name, "a list", found);
  return found;
}

function string(value: unknown, name: string): string {
  const found = property(value, name);
  if (typeof found !== "string") throw wrong(name, "a string", found);
  return found;
}

function stringOrNull(value: unknown, name: string): string | null {
  return property(value, name) === null ? null : string(value, name);
}

function number(value: unknown, name: string): number {
  const found = property(value, name);
  if (typeof found !== "number") throw wrong(name, "a number", found);
  return found;
}
