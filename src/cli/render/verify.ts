import type { Plan } from "../../model/plan.ts";
import { planJson } from "./change.ts";
import type { JsonObject } from "./json.ts";
import type { Paint } from "./paint.ts";
import { actionsOf } from "./plan.ts";
import { printable } from "./printable.ts";
import { describeStep } from "./step.ts";

/** The active generation, and the plan that would bring the live system to it. */
export interface Verification {
  readonly generation: number;
  readonly entries: number;
  readonly plan: Pick<Plan, "steps" | "afterwards" | "conflicts" | "notices" | "findings">;
}

/** All that is to be said of one entry. */
interface Report {
  readonly target: string;
  readonly differs: boolean;
  readonly messages: readonly string[];
  readonly remedies: readonly string[];
}

/** What differs, entry by entry, and a summary. */
export function verifyLines(verification: Verification, paint: Paint): string[] {
  return [
    ...reports(verification).flatMap((report) => reportLines(report, paint)),
    summary(verification, paint),
  ];
}

export function verifyJson(verification: Verification): JsonObject {
  const { differing, unknown } = count(verification);
  return {
    ok: differing === 0 && unknown === 0,
    command: "verify",
    generation: verification.generation,
    entries: verification.entries,
    differing,
    unknown,
    findings: verification.plan.findings.map(({ serves, kind, message }) => ({
      entry: serves,
      kind,
      message,
    })),
    ...planJson(verification.plan),
  };
}

/** True if every entry was looked at, and is as it should be. */
export function isVerified(verification: Verification): boolean {
  return reports(verification).length === 0;
}

function reports({ plan }: Verification): Report[] {
  const targets = new Set(
    [...plan.findings, ...plan.steps, ...plan.afterwards, ...plan.conflicts].map(({ serves }) => serves),
  );
  const findings = Map.groupBy(plan.findings, ({ serves }) => serves);
  const steps = Map.groupBy(actionsOf(plan), ({ serves }) => serves);
  const conflicts = Map.groupBy(plan.conflicts, ({ serves }) => serves);
  return [...targets].map((target) => {
    const found = findings.get(target) ?? [];
    const refusals = conflicts.get(target) ?? [];
    const onlyUnknown = found.length > 0 && found.every(({ kind }) => kind === "unknown");
    return {
      target,
      differs: !onlyUnknown,
      messages: found.map(({ message }) => message),
      remedies: [
        ...refusals.map(({ message }) => `restore would refuse: ${message}`),
        ...(steps.get(target) ?? []).map((step) => `restore would: ${describeStep(step)}`),
      ],
    };
  });
}

function reportLines({ target, differs, messages, remedies }: Report, paint: Paint): string[] {
  const colour = differs ? paint.red : paint.yellow;
  const [first = "differs", ...others] = messages;
  return [
    `${colour(printable(target))}: ${printable(first)}`,
    ...others.map((message) => `  ${printable(message)}`),
    ...remedies.map((remedy) => `  ${paint.dim(printable(remedy))}`),
  ];
}

function count(verification: Verification): { readonly differing: number; readonly unknown: number } {
  const all = reports(verification);
  const differing = all.filter(({ differs }) => differs).length;
  return { differing, unknown: all.length - differing };
}

function summary(verification: Verification, paint: Paint): string {
  const { differing, unknown } = count(verification);
  const { generation, entries } = verification;
  const verified = Math.max(entries - unknown, 0);
  const judged =
    differing === 0
      ? paint.green(`${verified} ${verified === 1 ? "entry" : "entries"} verified`)
      : paint.red(
          `${differing} of ${entries} ${entries === 1 ? "entry" : "entries"} ${differing === 1 ? "differs" : "differ"}`,
        );
  const unsure =
    unknown === 0 ? "" : `, ${paint.yellow(`${unknown} unknown`)} (not permitted to look; run with sudo)`;
  return `Generation ${generation}: ${judged}${unsure}`;
}
