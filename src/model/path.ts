/**
 * Absolute, normal paths as plain strings: no `.`, no `..`, no doubled or trailing slash.
 * Nothing here looks at a disk.
 */

/** The path one level up; `/` is its own parent. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}

/** The longest name that Linux's filesystems keep, in bytes (NAME_MAX). */
export const longestName = 255;

/** The last name of the path; empty for `/`. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** `name` inside the directory `directory`. */
export function join(directory: string, name: string): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}

/** An absolute path made normal: `.` and `..` are resolved as names, which is right where no symlink is on the way. */
export function normalized(path: string): string {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return `/${names.join("/")}`;
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
  for (let above = path; above !== "/"; ) {
    above = parentOf(above);
    ancestors.push(above);
  }
  return ancestors;
}

/** Orders paths so that every directory comes before what lies below it. */
export function parentsFirst(left: string, right: string): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === b) continue;
    // The end of a name comes before every character that may go on with it.
    if (a === slash) return -1;
    if (b === slash) return 1;
    return a - b;
  }
  return left.length - right.length;
}

const slash = 0x2f;

/** The items in the order of {@link parentsFirst}; the order of those with the same path stays. */
export function sortedParentsFirst<T>(items: readonly T[], pathOf: (item: T) => string): T[] {
  // No path has a NUL, which comes before every character, as the slash is to; sorting texts takes no function call.
  const keys = items.map((item, index) => `${pathOf(item).replaceAll("/", "\0")}\0\0${padded(index)}`);
  return keys.sort().flatMap((key) => items[Number(key.slice(-indexDigits))] ?? []);
}

/** The other way round; the order of those with the same path stays. */
export function sortedDeepestFirst<T>(items: readonly T[], pathOf: (item: T) => string): T[] {
  return sortedParentsFirst(items.toReversed(), pathOf).reverse();
}

const indexDigits = 8;

function padded(index: number): string {
  return String(index).padStart(indexDigits, "0");
}
