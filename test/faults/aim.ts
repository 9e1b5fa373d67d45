import { killed } from "./judge.ts";
import type { Strike, TracedResult } from "./stage.ts";
import { isChanging, ownWork, parseTrace, signature, strikesElsewhere, type TracedCall } from "./trace.ts";

/** True if every strike hit what it was to hit, and nothing else was hit. */
export function isHit(strikes: readonly Strike[], { exitCode, log }: TracedResult): boolean {
  if (strikesElsewhere(log) > 0) return false;
  const calls = parseTrace(log);
  return strikes.every((strike) => {
    if (strike.effect === "SIGKILL" && exitCode !== killed) return false;
    const hit =
      strike.effect === "SIGKILL"
        ? calls.at(-1)
        : calls.find(({ name, injected }) => injected && name === strike.call);
    if (hit === undefined || hit.name !== strike.call) return false;
    return strike.victim === null || signature(hit) === strike.victim.signature;
  });
}

/** The runtime makes calls of its own between imp's, and not always as many: where the strikes have to be to hit. */
export function aimAgain(strikes: readonly Strike[], { log }: TracedResult): readonly Strike[] {
  const work = ownWork(parseTrace(log)).filter(isChanging);
  return strikes.map((strike) => {
    const turn = turnOf(strike, work);
    return turn === null ? strike : { ...strike, when: String(turn) };
  });
}

function turnOf({ call, when, victim }: Strike, work: readonly TracedCall[]): number | null {
  if (victim === null) return null;
  const passed = work[victim.place];
  // What is not in the log came after what was hit, one call too early.
  return passed === undefined || passed.name !== call ? Number(when) + 1 : passed.turn;
}
