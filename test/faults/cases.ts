import type { Scenario } from "./scenarios.ts";
import type { Strike } from "./stage.ts";
import { isChanging, signature as signatureOf, type TracedCall } from "./trace.ts";

/** One run: the scenario's command is struck, and the one that follows may be too. */
export interface Case {
  readonly scenario: Scenario;
  readonly strikes: readonly Strike[];
  /** For the command after that, which settles what the first one left. */
  readonly laterStrikes: readonly Strike[];
  /** The root is thrown away between the two. */
  readonly reboot: boolean;
  /** What the last of the strikes has to hit, as {@link signature} gives it; null if that is not known. */
  readonly victim: string | null;
}

export const errors = ["EIO", "ENOSPC", "EPERM", "EBUSY", "EROFS"] as const;

/** What a case is called in reports, and on the command line. */
export function nameOf({ scenario, strikes, laterStrikes, reboot }: Case): string {
  const describe = (list: readonly Strike[]) =>
    list.map(({ call, when, effect }) => `${call}:${when}:${effect}`).join("+") || "-";
  const later = laterStrikes.length === 0 ? "" : ` then ${describe(laterStrikes)}`;
  return `${scenario.name}: ${describe(strikes)}${reboot ? " then reboot" : ""}${later}`;
}

/** Each changing call fails with each error, and each is the last thing before which the command is killed. */
export function everyStrike(scenario: Scenario, calls: readonly TracedCall[]): Case[] {
  return calls
    .filter(isChanging)
    .flatMap((call) => [...errors, "SIGKILL"].map((effect) => strikeAt(scenario, call, effect)));
}

export function strikeAt(scenario: Scenario, call: TracedCall, effect: string): Case {
  const strikes = [{ call: call.name, when: String(call.turn), effect }];
  return { scenario, strikes, laterStrikes: [], reboot: false, victim: signatureOf(call) };
}
