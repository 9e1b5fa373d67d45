import { describe, expect, test } from "bun:test";
import { decide } from "./decide.ts";
import { jobsAnswer, pullRequestEvent, pushEvent } from "./recorded.fixture.ts";
import { readJobs, readRun } from "./run.ts";

const run = readRun(pushEvent);
const failedJobs = readJobs(jobsAnswer({ format: "failure", types: "success", lint: "failure" }));

function reason(changes: Partial<typeof run>, hasKey = true): string {
  const decision = decide({ ...run, ...changes }, failedJobs, hasKey);
  return decision.action === "skip" ? decision.reason : "none";
}

describe("CI that failed is mended", () => {
  test("on the default branch: what failed, formatting at last", () => {
    expect(decide(run, failedJobs, true)).toEqual({
      action: "fix",
      run: {
        id: 19283746501,
        url: "https://github.com/ada/imp/actions/runs/19283746501",
        branch: "main",
        commit: "5815ef2a0c9d4e8f7b6a5c4d3e2f1a0b9c8d7e6f",
      },
      pullRequest: null,
      failed: [
        {
          name: "format",
          conclusion: "failure",
          url: "https://github.com/ada/imp/actions/runs/19283746501/job/100",
        },
        {
          name: "lint",
          conclusion: "failure",
          url: "https://github.com/ada/imp/actions/runs/19283746501/job/102",
        },
      ],
      fixes: ["lint", "format"],
    });
  });

  test("on a pull request from this repository", () => {
    expect(decide(readRun(pullRequestEvent), failedJobs, true)).toMatchObject({
      action: "fix",
      pullRequest: 12,
      run: { branch: "topic/$(id>pwned)`id>pwned`" },
    });
  });

  test("once for all jobs of a matrix, and also for those that ran out of time", () => {
    const jobs = readJobs(
      jobsAnswer({ "test (x64)": "failure", "test (arm64)": "timed_out", types: "cancelled" }),
    );
    expect(decide(run, jobs, true)).toMatchObject({ fixes: ["test"], failed: [{}, {}] });
  });
});

describe("nothing is done", () => {
  test("for code from a fork, which must not get at secrets", () => {
    expect(reason({ event: "pull_request", codeFrom: "eve/imp" })).toBe(
      "the code comes from eve/imp, and must not get at the secrets of ada/imp",
    );
    expect(reason({ event: "pull_request", codeFrom: null })).toStartWith(
      "the code comes from a repository that is gone",
    );
  });

  test("for a pull request of auto-fix itself", () => {
    expect(reason({ event: "pull_request", branch: "auto-fix/run-7" })).toBe(
      "auto-fix/run-7 is a branch of auto-fix itself",
    );
  });

  test("where the commit or the title says so", () => {
    expect(reason({ commitMessage: "Try something\n\n[skip auto-fix]" })).toBe("it says [skip auto-fix]");
    expect(reason({ event: "pull_request", title: "Try something [skip auto-fix]" })).toBe(
      "it says [skip auto-fix]",
    );
  });

  test("without a key", () => {
    expect(reason({}, false)).toBe("there is no secret ANTHROPIC_API_KEY");
  });

  test("for other branches and other events", () => {
    expect(reason({ branch: "topic" })).toBe("the run is of neither main nor a pull request: push on topic");
    expect(reason({ event: "schedule" })).toBe(
      "the run is of neither main nor a pull request: schedule on main",
    );
  });

  test("when CI did not fail", () => {
    expect(reason({ conclusion: "success" })).toBe("CI did not fail, its conclusion is success");
    expect(reason({ conclusion: "cancelled" })).toBe("CI did not fail, its conclusion is cancelled");
  });

  test("when only a job failed that there is no fix for", () => {
    const jobs = readJobs(jobsAnswer({ "build (x64)": "failure", formatting: "failure", lint: "success" }));
    expect(decide(run, jobs, true)).toEqual({
      action: "skip",
      reason: "there is no fix for what failed: build (x64), formatting",
    });
  });
});

test("an answer of another form is refused, and shown as it is", () => {
  expect(() => readRun({ workflow_run: "text" })).toThrow(
    'workflow_run of GitHub\'s answer is not an object: "text"',
  );
  expect(() => readJobs({ jobs: [{ name: { text: "lint" }, conclusion: null, html_url: "" }] })).toThrow(
    'name of GitHub\'s answer is not a string: {"text":"lint"}',
  );
});
