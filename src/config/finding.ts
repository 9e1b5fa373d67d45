import type { Accounts } from "./accounts.ts";

/** Keys and array indexes from the top of the file to a value. */
export type KeyPath = readonly (string | number)[];

/** A value of the file, or its key. Where that stands in the text is known to `document.ts`. */
export interface Site {
  readonly path: KeyPath;
  readonly of: "key" | "value";
}

export function valueAt(path: KeyPath): Site {
  return { path, of: "value" };
}

export function keyAt(path: KeyPath): Site {
  return { path, of: "key" };
}

/** Something to be said about the file; a problem, once it has its place in the text. */
export interface Finding {
  readonly severity: "error" | "warning";
  readonly at: Site;
  readonly message: string;
  readonly help: string;
  /** A second place, which the message ends with. */
  readonly other?: Site;
}

/** What everyone needs who reads a part of the file: whom to ask, and where findings go. */
export class Reader {
  readonly accounts: Accounts;
  /** Where in the text a site is; 0 for all of them while no places are known. */
  readonly offsetOf: (site: Site) => number;
  readonly findings: Finding[] = [];

  constructor(accounts: Accounts, offsetOf: (site: Site) => number = () => 0) {
    this.accounts = accounts;
    this.offsetOf = offsetOf;
  }

  /** Takes down an error, and answers null: there is no value. */
  refuse(at: Site, message: string, help: string, other?: Site): null {
    this.findings.push({ severity: "error", at, message, help, ...(other && { other }) });
    return null;
  }

  warn(at: Site, message: string, help: string, other?: Site): void {
    this.findings.push({ severity: "warning", at, message, help, ...(other && { other }) });
  }
}

const longest = 80;

/** The text as a message shows it: at most 80 characters. */
export function shown(text: string): string {
  // Twice as many UTF-16 units hold at least as many characters.
  const characters = [...text.slice(0, 2 * longest)];
  if (characters.length <= longest && text.length <= 2 * longest) return text;
  return `${characters.slice(0, longest - 1).join("")}…`;
}
