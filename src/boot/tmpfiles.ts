import { quotedPath, unitValue } from "./unit-word.ts";

/**
 * A line of tmpfiles.d(5) that makes a symlink where nothing is, or null if the paths can't stand in one. The path may
 * be quoted, but what the link leads to is the rest of the line as it is.
 */
export function linkLine(target: string, source: string): string | null {
  const text = unitValue(source);
  return text === null || !target.isWellFormed() ? null : `L ${quotedPath(target)} - - - - ${text}`;
}
