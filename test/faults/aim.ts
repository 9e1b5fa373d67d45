import { killed } from "./judge.ts";
import type { Strike, TracedResult } from "./stage.ts";
import { isChanging, ownWork, parseTrace, signature, strikesElsewhere, type TracedCall } from "./trace.ts";

/** True if every strike hit what it was to hit, and nothing else was hit. */
export function isHit(strikes: readonly Strike[], result: TracedResult): boolean {
  return strikesElsewhere(result.log) === 0 && firstMissed(strikes, result) === null;
}

/**
 * The runtime makes calls of its own between imp's, and not always as many: where the first strike that missed has to be
 * to hit. What comes after it went another way.
 */
export function aimAgain(strikes: readonly Strike[], result: TracedResult): readonly Strike[] {
  const missed = firstMissed(strikes, result);
  const calls = parseTrace(result.log);
  return strikes.map((strike) =>
    strike === missed ? { ...strike, when: String(turnOf(strike, calls)) } : strike,
  );
}

function firstMissed(strikes: readonly Strike[], { exitCode, log }: TracedResult): Strike | null {
  const calls = parseTrace(log);
  const isMissed = ({ call, effect, victim }: Strike) => {
    if (effect === "SIGKILL" && exitCode !== killed) return true;
    const hit =
      effect === "SIGKILL" ? calls.at(-1) : calls.find(({ name, injected }) => injected && name === call);
    return hit?.name !== call || (victim !== null && signature(hit) !== victim.signature);
  };
  return strikes.find(isMissed) ?? null;
}

function turnOf({ call, when, victim }: Strike, calls: readonly TracedCall[]): number {
  // The run that was counted had one more of them, of the runtime's own: then the last one is struck.
  if (victim === null) return Math.min(Number(when), calls.filter(({ name }) => name === call).length);
  const passed = ownWork(calls).filter(isChanging)[victim.place];
  // What is not in the log came after what was hit, one call too early.
  return passed?.name === call ? passed.turn : Number(when) + 1;
}
