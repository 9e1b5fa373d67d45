import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { changeLines } from "./change.ts";
import { noPaint } from "./paint.ts";
import { planLines, summaryLine } from "./plan.ts";
import {
  describedSteps,
  describedTidyings,
  directory,
  emptyPlan,
  everyStep,
  generation,
  linkedFile,
} from "./samples.fixture.ts";
import { describeStep, stepJson } from "./step.ts";
import { isVerified, verifyJson, verifyLines } from "./verify.ts";

const wanted = { entries: [directory, linkedFile] };
const mountStep = {
  kind: "mount",
  serves: "/var/log",
  target: "/var/log",
  source: "/keep/var/log",
  options: [],
  hidden: false,
} as const;
const linkStep = {
  kind: "link",
  serves: "/etc/nix/id_rsa",
  path: "/etc/nix/id_rsa",
  text: "/keep/etc/nix/id_rsa",
} as const;

describe("a step", () => {
  test.each([...describedSteps, ...describedTidyings])("of each kind has words: %#", (step, words) => {
    expect(describeStep(step)).toBe(words);
    expect(stepJson(step).description).toBe(words);
  });

  test("lets no control character of a path through", () => {
    for (const [step] of describedSteps) {
      const odd = JSON.parse(JSON.stringify(step).replaceAll("/a", "/\\u001b"));
      expect(describeStep(odd)).not.toContain("\u001b");
    }
  });
});

describe("a dry run", () => {
  test("prints a line for each step, the verbs in a column, and a summary", () => {
    const backUp = {
      kind: "back-up",
      serves: "/var/log",
      path: "/var/log",
      backup: "/var/log.backup",
      identity: { inode: "1", birth: null },
    } as const;
    const plan = { steps: [backUp, mountStep], afterwards: [] };
    expect(planLines(plan, wanted, noPaint)).toEqual([
      "  back up  /var/log → /var/log.backup",
      "  mount    /var/log ← /keep/var/log",
      "1 to mount, 1 to back up, 1 unchanged",
    ]);
  });

  test("says so if there is nothing to do", () => {
    expect(planLines(emptyPlan, wanted, noPaint)).toEqual(["Nothing to do."]);
  });

  test("counts every step", () => {
    expect(summaryLine(everyStep, { entries: [] }, "to do")).toBe(
      "1 to mount, 1 to remount, 4 to link, 1 to unmount, 2 to unlink, 5 to change, 1 to adopt, 1 to copy, 2 to create, " +
        "2 to back up, 1 to put back, 4 to remove",
    );
  });

  test("counts steps in any order as each one alone", () => {
    const step = fc.constantFrom(...everyStep.steps, mountStep, mountStep, mountStep);
    const countsIn = (line: string) =>
      line.split(", ").map((part) => [part.replace(/^\d+ /, ""), Number.parseInt(part, 10)] as const);
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        const sums = new Map<string, number>();
        for (const one of steps) {
          const line = summaryLine({ steps: [one], afterwards: [] }, { entries: [] }, "to do");
          for (const [what, count] of countsIn(line)) sums.set(what, (sums.get(what) ?? 0) + count);
        }
        const touched = new Set(steps.map(({ serves }) => serves));
        const unchanged = wanted.entries.filter(({ target }) => !touched.has(target)).length;
        if (unchanged > 0) sums.set("unchanged", unchanged);
        expect(new Map(countsIn(summaryLine({ steps, afterwards: [] }, wanted, "to do")))).toEqual(sums);
      }),
    );
  });
});

describe("a change", () => {
  const report = {
    command: "apply",
    dryRun: false,
    generation: 3,
    previous: 2,
    wanted,
    plan: { ...emptyPlan, steps: [mountStep, linkStep] },
    leftOut: [],
  } as const;

  const brief = { verbose: false };

  test("is told in one line", () => {
    expect(changeLines(report, noPaint, brief)).toEqual(["Generation 3 is active: 1 mounted, 1 linked"]);
    expect(changeLines({ ...report, plan: emptyPlan }, noPaint, brief)).toEqual([
      "Generation 3 is active: 2 unchanged",
    ]);
  });

  test("tells how many entries were left out", () => {
    const leftOut = [{ serves: "/etc/hosts", message: "in the way" }];
    const lines = ["Generation 3 is active: 1 mounted, 1 linked, 1 left out"];
    expect(changeLines({ ...report, leftOut }, noPaint, brief)).toEqual(lines);
    expect(changeLines({ ...report, leftOut, dryRun: true }, noPaint, brief).at(-1)).toBe(
      "1 to mount, 1 to link, 1 left out",
    );
  });

  test("is told step by step to who wants details, or if it is but tried", () => {
    expect(changeLines({ ...report, dryRun: true }, noPaint, brief)).toHaveLength(3);
    expect(changeLines(report, noPaint, { verbose: true })).toHaveLength(3);
    expect(changeLines(report, noPaint, { verbose: true }).at(-1)).toStartWith("Generation 3 is active: ");
  });
});

describe("verify", () => {
  const entries = generation.manifest.entries.length;
  const notMounted = { serves: "/var/log", kind: "not-mounted", message: "not mounted" } as const;
  const wrongMode = { serves: "/var/log", kind: "wrong-mode", message: "mode 0700 instead of 0755" } as const;
  const unknown = { serves: "/root/x", kind: "unknown", message: "/root may not be looked at" } as const;

  function lines(plan: Partial<typeof emptyPlan>): string[] {
    return verifyLines({ generation: 3, entries, plan: { ...emptyPlan, ...plan } }, noPaint);
  }

  test("is short if all is well", () => {
    const verification = { generation: 3, entries, plan: emptyPlan };
    expect(verifyLines(verification, noPaint)).toEqual(["Generation 3: 4 entries verified"]);
    expect(isVerified(verification)).toBe(true);
    expect(verifyJson(verification)).toMatchObject({ ok: true, differing: 0, unknown: 0 });
  });

  test("tells of each entry what differs, and what restore would do", () => {
    expect(lines({ findings: [notMounted, wrongMode], steps: [mountStep] })).toEqual([
      "/var/log: not mounted",
      "  mode 0700 instead of 0755",
      "  restore would: mount /var/log ← /keep/var/log",
      "Generation 3: 1 of 4 entries differs",
    ]);
  });

  test("takes a step without a finding, and a conflict, as a difference too", () => {
    const conflict = { serves: "/a", message: "/a is in the way: a socket" };
    expect(lines({ steps: [linkStep], conflicts: [conflict] })).toEqual([
      "/etc/nix/id_rsa: differs",
      "  restore would: link /etc/nix/id_rsa → /keep/etc/nix/id_rsa",
      "/a: differs",
      "  restore would refuse: /a is in the way: a socket",
      "Generation 3: 2 of 4 entries differ",
    ]);
  });

  test("calls what it may not look at neither good nor bad", () => {
    expect(lines({ findings: [unknown] })).toEqual([
      "/root/x: /root may not be looked at",
      "Generation 3: 3 entries verified, 1 unknown (not permitted to look; run with sudo)",
    ]);
    const verification = { generation: 3, entries, plan: { ...emptyPlan, findings: [unknown, notMounted] } };
    expect(verifyLines(verification, noPaint).at(-1)).toBe(
      "Generation 3: 1 of 4 entries differs, 1 unknown (not permitted to look; run with sudo)",
    );
    expect(verifyJson(verification)).toMatchObject({ ok: false, differing: 1, unknown: 1 });
    expect(isVerified(verification)).toBe(false);
  });
});
