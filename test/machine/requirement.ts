/**
 * True if a test has to be skipped because this machine lacks what `missing` names; says so loudly, so that a skipped
 * promise never looks like a kept one.
 */
export function lacks(...missing: readonly (string | null)[]): boolean {
  const reasons = missing.filter((reason) => reason !== null);
  for (const reason of reasons) console.warn(`SKIPPED, for this machine lacks ${reason}`);
  return reasons.length > 0;
}

/** What is missing, as {@link lacks} takes it, or null. */
export function need(isThere: boolean, what: string): string | null {
  return isThere ? null : what;
}
