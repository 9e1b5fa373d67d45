/**
 * Absolute, normal paths as plain strings: no `.`, no `..`, no doubled or trailing slash.
 * Nothing here looks at a disk.
 */

/** The path one level up; `/` is its own parent. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}

/** The last name of the path; empty for `/`. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** `name` inside the directory `directory`. */
export function join(directory: string, name: string): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}

/** True if `path` lies strictly below `ancestor`. */
export function isBelow(path: string, ancestor: string): boolean {
  if (ancestor === "/") return path !== "/";
  return path.length > ancestor.length && path[ancestor.length] === "/" && path.startsWith(ancestor);
}

/** True if `path` is `ancestor` or lies below it. */
export function isAtOrBelow(path: string, ancestor: string): boolean {
  return path === ancestor || isBelow(path, ancestor);
}

/** `path` with its leading `from` exchanged for `to`; `path` must be at or below `from`. */
export function rebase(path: string, from: string, to: string): string {
  const rest = from === "/" ? path.slice(1) : path.slice(from.length + 1);
  return rest === "" ? to : join(to, rest);
}

/** All directories above `path`, nearest first, `/` last. */
export function ancestorsOf(path: string): string[] {
  const ancestors: string[] = [];
  for (let current = path; current !== "/"; ) {
    current = parentOf(current);
    ancestors.push(current);
  }
  return ancestors;
}

/** Orders paths so that every directory comes before what lies below it. */
export function parentsFirst(left: string, right: string): number {
  const leftNames = left.split("/");
  const rightNames = right.split("/");
  const shared = Math.min(leftNames.length, rightNames.length);
  for (let index = 0; index < shared; index += 1) {
    const a = leftNames[index] ?? "";
    const b = rightNames[index] ?? "";
    if (a !== b) return a < b ? -1 : 1;
  }
  return leftNames.length - rightNames.length;
}
