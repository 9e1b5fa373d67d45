import { expect, test } from "bun:test";
import { decide } from "./decide.ts";
import { pullRequest } from "./pull-request.ts";
import { jobsAnswer, pullRequestEvent, pushEvent } from "./recorded.fixture.ts";
import { readJobs, readRun } from "./run.ts";

function proposed(event: unknown, conclusions: Readonly<Record<string, string>>) {
  const decision = decide(readRun(event), readJobs(jobsAnswer(conclusions)), true);
  if (decision.action === "skip") throw new Error(decision.reason);
  return pullRequest(decision, [
    { fix: "lint", passes: true },
    { fix: "test", passes: false },
  ]);
}

test("the draft names the run, the commit, every failed check, and how each fix ended", () => {
  const draft = proposed(pushEvent, {
    format: "failure",
    lint: "failure",
    "test (x64)": "failure",
    types: "success",
  });
  expect(draft).toEqual({
    branch: "auto-fix/run-19283746501",
    base: "main",
    title: "Auto-fix: lint, test, format",
    body: `CI failed for 5815ef2a0c9d4e8f7b6a5c4d3e2f1a0b9c8d7e6f: [run 19283746501](https://github.com/ada/imp/actions/runs/19283746501).

Failed checks:

- [format](https://github.com/ada/imp/actions/runs/19283746501/job/100)
- [lint](https://github.com/ada/imp/actions/runs/19283746501/job/101)
- [test (x64)](https://github.com/ada/imp/actions/runs/19283746501/job/102)

[mini-agent-action](https://github.com/r33drichards/mini-agent-action) was set to these. The state now:

- \`npm run check:lint\`: passes
- \`npm test\`: **still fails**
- \`npm run check:format\`: not tried

A program wrote these changes. Read every line before you merge them.
`,
  });
});

test("a fix for a pull request is meant for its branch, and names it", () => {
  const draft = proposed(pullRequestEvent, { lint: "failure" });
  expect(draft.base).toBe("topic/$(id>pwned)`id>pwned`");
  expect(draft.branch).toBe("auto-fix/run-19283746501");
  expect(draft.body).toContain(" of #12: ");
});

test("the name of a job can't write Markdown of its own", () => {
  const draft = proposed(pushEvent, { lint: "failure", "x](https://evil) @everyone\n# big": "failure" });
  expect(draft.body).toContain("- [x\\](https://evil) \\@everyone \\# big](https://github.com/");
});
