import type { Scenario } from "./scenarios.ts";
import type { Strike } from "./stage.ts";
import { signature, type TracedCall } from "./trace.ts";

/** One run: the scenario's command is struck, and the one that follows may be too. */
export interface Case {
  readonly scenario: Scenario;
  readonly strikes: readonly Strike[];
  /** For the command after that, which settles what the first one left. */
  readonly laterStrikes: readonly Strike[];
  /** The root is thrown away between the two. */
  readonly reboot: boolean;
}

export const errors = ["EIO", "ENOSPC", "EPERM", "EBUSY", "EROFS"] as const;
export const effects = [...errors, "SIGKILL"] as const;

/** What a case is called in reports, and on the command line. */
export function nameOf({ scenario, strikes, laterStrikes, reboot }: Case): string {
  const later = laterStrikes.length === 0 ? "" : `, then ${describe(laterStrikes)}`;
  return `${scenario.name}: ${describe(strikes)}${reboot ? ", then a reboot" : ""}${later}`;
}

function describe(strikes: readonly Strike[]): string {
  return strikes.map(({ call, when, effect }) => `${call} ${when} ${effect}`).join(" and ");
}

export function caseOf(scenario: Scenario, ...strikes: readonly Strike[]): Case {
  return { scenario, strikes, laterStrikes: [], reboot: false };
}

/** Strikes one call. @param place among imp's own changing calls */
export function strikeAt(call: TracedCall, place: number, effect: string): Strike {
  const victim = { signature: signature(call), place };
  return { call: call.name, when: String(call.turn), effect, victim };
}

/** Strikes a call and all later ones of its name. */
export function lastingStrikeAt(call: TracedCall, effect: string): Strike {
  return { call: call.name, when: `${call.turn}+`, effect, victim: null };
}
