import { branchPrefix, type Repair } from "./decide.ts";
import { type FixName, fixes } from "./fixes.ts";

/** How a fix ended: its check, run again when the agent was through with all of them. */
export interface Outcome {
  readonly fix: FixName;
  readonly passes: boolean;
}

export interface PullRequest {
  /** The branch that has the changes. */
  readonly branch: string;
  /** The branch that they are meant for. */
  readonly base: string;
  readonly title: string;
  readonly body: string;
}

/** The draft that is opened with the changes. */
export function pullRequest(
  { run, pullRequest, failed, fixes }: Repair,
  outcomes: readonly Outcome[],
): PullRequest {
  const failures = failed.map(({ name, url }) => `- [${linkText(name)}](${url})`);
  const checks = fixes.map((name) => `- ${checkOf(name)}: ${outcomeOf(name, outcomes)}`);
  return {
    branch: `${branchPrefix}${run.id}`,
    base: run.branch,
    title: `Auto-fix: ${fixes.join(", ")}`,
    body: [
      `CI failed for ${run.commit}${pullRequest === null ? "" : ` of #${pullRequest}`}: [run ${run.id}](${run.url}).`,
      "",
      "Failed checks:",
      "",
      ...failures,
      "",
      "[mini-agent-action](https://github.com/r33drichards/mini-agent-action) was set to these. The state now:",
      "",
      ...checks,
      "",
      "A program wrote these changes. Read every line before you merge them.",
      "",
    ].join("\n"),
  };
}

function checkOf(name: FixName): string {
  return `\`${fixes[name].check}\``;
}

function outcomeOf(name: FixName, outcomes: readonly Outcome[]): string {
  const outcome = outcomes.find(({ fix }) => fix === name);
  if (outcome === undefined) return "not tried";
  return outcome.passes ? "passes" : "**still fails**";
}

/** Letters that mean something in Markdown mean themselves; a line break becomes a space. */
function linkText(name: string): string {
  return name.replace(/\s+/g, " ").replace(/[\\`*_{}[\]<>#|!@]/g, "\\$&");
}
