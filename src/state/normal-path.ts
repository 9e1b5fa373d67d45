/** What the state files may have for paths. */

/** Lone surrogates stand for bytes that are not UTF-8 (see `linux/bytes.ts`); other ones stand for nothing. */
const strangeSurrogate =
  /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udc7f\udd00-\udfff]/;

/** True for an absolute path without `.`, `..`, doubled or trailing slashes and NUL; `/` is one. */
export function isNormalPath(path: string): boolean {
  if (!path.startsWith("/") || path.includes("\0") || isStrange(path)) return false;
  return path === "/" || !hasEmptyOrDots(path);
}

/** True if a name is empty, `.` or `..`. Most paths have no hidden name, and need no regular expression to tell. */
function hasEmptyOrDots(path: string): boolean {
  if (path.endsWith("/") || path.includes("//")) return true;
  return path.includes("/.") && dots.test(path);
}

const dots = /\/\.{1,2}(?:\/|$)/;

function isStrange(text: string): boolean {
  return !text.isWellFormed() && strangeSurrogate.test(text);
}

/** True for a path as a person gave it, so it need not be absolute. */
export function isConfigPath(path: string): boolean {
  return !path.includes("\0") && !isStrange(path);
}
