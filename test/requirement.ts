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

const systemPath = "/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * What is missing if a program is: one of the system's, where machines find it and root does, or another one in PATH.
 *
 * @param what how to name it to people, if its own name and its package's are not the same
 */
export function program(name: string, what = name): string | null {
  const path = `${systemPath}:${process.env["PATH"] ?? ""}`;
  return need(Bun.which(name, { PATH: path }) !== null, what);
}
