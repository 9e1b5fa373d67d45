import * as v from "valibot";
import type { Problem } from "../model/problem.ts";
import { isTable, type Node, type NodeValue, TomlDate } from "./document.ts";
import { configSchema, keyHomes, type Layout } from "./schema.ts";
import { shown } from "./shown.ts";
import type { SourceText } from "./source-text.ts";
import { nearest } from "./suggest.ts";

/** What the tree says, or null if something does not fit the schema. */
export function layoutOf(top: Node): Layout | null {
  const result = v.safeParse(configSchema, top);
  return result.success ? result.output.value : null;
}

/**
 * Holds the tree against the schema. What does not fit is reported and taken out of `top`, so that the rest can
 * be checked further; an entry without its path is taken out whole.
 */
export function conform(top: Node, source: SourceText): { layout: Layout; problems: Problem[] } {
  let problems: Problem[] | null = null;
  for (;;) {
    const result = v.safeParse(configSchema, top);
    if (result.success) return { layout: result.output.value, problems: problems ?? [] };
    const findings = result.issues.map((issue) => findingOf(issue, top));
    // What later rounds find are only consequences of what was taken out.
    problems ??= withoutEchoes(findings).map((finding) => problemOf(finding, source));
    takeOut(findings, top);
  }
}

/** Keys and array indexes from the top of the file to a value. */
type Steps = readonly (string | number)[];

type Finding =
  /** `known`: the keys that could stand there. */
  | {
      readonly kind: "unknown-key";
      readonly steps: Steps;
      readonly node: Node;
      readonly known: readonly string[];
    }
  /** `steps` and `node` are those of the table that lacks the key. */
  | { readonly kind: "missing-key"; readonly steps: Steps; readonly node: Node; readonly name: string }
  | {
      readonly kind: "wrong-type";
      readonly steps: Steps;
      readonly node: Node;
      readonly expected: string;
      readonly help: string;
    };

function findingOf(issue: v.InferIssue<typeof configSchema>, top: Node): Finding {
  // Every other step is the word "value": that of a Node.
  const keys = (issue.path ?? []).map((item) => item.key).filter((_, index) => index % 2 === 1);
  const steps = keys.filter((key) => typeof key === "string" || typeof key === "number");
  if (issue.path?.at(-1)?.origin === "key") {
    const table = steps.slice(0, -1);
    return { kind: "missing-key", steps: table, node: nodeAt(top, table), name: String(steps.at(-1)) };
  }
  const node = nodeAt(top, steps);
  const lines = issue.message.split("\n");
  if (issue.type === "never") return { kind: "unknown-key", steps, node, known: lines };
  const [expected = "", ...help] = lines;
  return { kind: "wrong-type", steps, node, expected, help: help.join("\n") };
}

function nodeAt(top: Node, steps: Steps): Node {
  let node = top;
  for (const step of steps) node = childOf(node, step) ?? node;
  return node;
}

function childOf({ value }: Node, step: string | number): Node | undefined {
  if (Array.isArray(value)) return value[Number(step)];
  return isTable(value) ? value[step] : undefined;
}

/** Leaves out that a key is missing where an unknown key stands in its place. */
function withoutEchoes(findings: readonly Finding[]): Finding[] {
  const tables = new Set<string>();
  for (const { kind, steps } of findings) {
    if (kind === "unknown-key") tables.add(JSON.stringify(steps.slice(0, -1)));
  }
  return findings.filter(({ kind, steps }) => kind !== "missing-key" || !tables.has(JSON.stringify(steps)));
}

function takeOut(findings: readonly Finding[], top: Node): void {
  const removed = new Set(findings.map(({ node }) => node));
  const parents = new Set(findings.map(({ steps }) => nodeAt(top, steps.slice(0, -1)).value));
  for (const parent of parents) {
    if (Array.isArray(parent)) {
      const kept = parent.filter((element) => !removed.has(element));
      parent.splice(0, parent.length, ...kept);
    } else if (isTable(parent)) {
      for (const [key, node] of Object.entries(parent)) if (removed.has(node)) delete parent[key];
    }
  }
}

function problemOf(finding: Finding, source: SourceText): Problem {
  const { node, steps } = finding;
  switch (finding.kind) {
    case "unknown-key": {
      const name = String(steps.at(-1));
      return source.error(
        node.key ?? node.at,
        `unknown key \`${shown(name)}\``,
        helpForKey(name, finding.known),
      );
    }
    case "missing-key": {
      const help = `name the path, as in { ${finding.name} = "/a/path" }`;
      return source.error(node.at, `the entry has no \`${finding.name}\``, help);
    }
    case "wrong-type": {
      const message = `${subject(steps)} must be ${finding.expected}, not ${describe(node.value)}`;
      return source.error(node.at, message, finding.help);
    }
  }
}

function helpForKey(name: string, known: readonly string[]): string {
  const home = keyHomes.find(({ keys }) => keys.includes(name));
  if (home !== undefined) return `\`${name}\` belongs ${home.home}`;
  const meant = nearest(name, known);
  return meant === null ? `the keys here are ${known.join(", ")}` : `did you mean \`${meant}\`?`;
}

function subject(steps: Steps): string {
  const last = steps.at(-1);
  if (typeof last === "number") return `an entry of \`${steps.at(-2)}\``;
  return steps.length === 2 && steps[0] === "persistence"
    ? `persistence."${shown(String(last))}"`
    : `\`${last}\``;
}

function describe(value: NodeValue): string {
  if (typeof value === "string") return `the text "${shown(value)}"`;
  if (typeof value === "bigint") return `the number ${shown(String(value))}`;
  if (typeof value === "number") return `the number ${value}`;
  if (typeof value === "boolean") return String(value);
  if (value instanceof TomlDate) return `the date ${value.text}`;
  return Array.isArray(value) ? "an array" : "a table";
}
