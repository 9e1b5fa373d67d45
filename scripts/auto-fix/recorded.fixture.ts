/** What GitHub says of a run of CI: the parts that auto-fix reads, in the form that docs.github.com describes. */

const repository = { id: 1, full_name: "ada/imp", default_branch: "main", private: false };

export const pushEvent = {
  action: "completed",
  repository,
  workflow_run: {
    id: 19283746501,
    name: "CI",
    html_url: "https://github.com/ada/imp/actions/runs/19283746501",
    event: "push",
    status: "completed",
    conclusion: "failure",
    run_attempt: 1,
    head_branch: "main",
    head_sha: "5815ef2a0c9d4e8f7b6a5c4d3e2f1a0b9c8d7e6f",
    display_title: "Mount everything twice",
    head_commit: {
      id: "5815ef2a0c9d4e8f7b6a5c4d3e2f1a0b9c8d7e6f",
      message: "Mount everything twice\n\nOnce is not enough.",
    },
    head_repository: { id: 1, full_name: "ada/imp" },
    pull_requests: [],
  },
};

export const pullRequestEvent = {
  ...pushEvent,
  workflow_run: {
    ...pushEvent.workflow_run,
    event: "pull_request",
    head_branch: "topic/$(id>pwned)`id>pwned`",
    pull_requests: [
      { id: 5, number: 12, head: { ref: "topic/$(id>pwned)`id>pwned`" }, base: { ref: "main" } },
    ],
  },
};

function job(name: string, conclusion: string | null, id: number) {
  return {
    id,
    name,
    status: conclusion === null ? "in_progress" : "completed",
    conclusion,
    html_url: `https://github.com/ada/imp/actions/runs/19283746501/job/${id}`,
    steps: [{ name: "Run npm ci", number: 1, conclusion: "success" }],
  };
}

/** The answer to the question for a run's jobs. */
export function jobsAnswer(conclusions: Readonly<Record<string, string | null>>) {
  const jobs = Object.entries(conclusions).map(([name, conclusion], index) =>
    job(name, conclusion, 100 + index),
  );
  return { total_count: jobs.length, jobs };
}
