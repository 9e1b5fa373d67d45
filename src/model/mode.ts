/** Permission bits, as in chmod(2). */
const setUser = 0o4000;
const setGroup = 0o2000;
const sticky = 0o1000;
const allBits = 0o7777;

const columns = { r: 0o444, w: 0o222, x: 0o111 } as const;

/** The bits that belong to a class of people: what a clause that names the class may touch. */
const classBits = { u: setUser | 0o700, g: setGroup | 0o070, o: sticky | 0o007, a: allBits } as const;
const classColumns = { u: 0o700, g: 0o070, o: 0o007 } as const;

/** One operator of a symbolic mode, with what stands before and after it. */
interface ModeChange {
  readonly operator: "+" | "-" | "=";
  /** Bits that the clause may touch; 0 if it names no class, which means all of them. */
  readonly affected: number;
  readonly permissions:
    | { readonly kind: "bits"; readonly bits: number; readonly executeIfAny: boolean }
    | { readonly kind: "copy"; readonly from: number };
  /** Bits that the text names outright; a directory's setuid and setgid bits change only if named. */
  readonly named: number;
}

/** A mode that {@link parseMode} understood. */
export type ParsedMode =
  | { readonly kind: "exact"; readonly bits: number }
  | { readonly kind: "symbolic"; readonly changes: readonly ModeChange[] };

/** Why a text is not a mode; `reason` is a clause such as "`z` is not one of r, w, x, X, s, t". */
export interface ModeError {
  readonly kind: "invalid";
  readonly reason: string;
}

const octal = /^[0-7]{1,4}$/;
const digits = /^(0o)?[0-9]+$/;
const clauseShape = /^([ugoa]*)((?:[-+=](?:[ugo]|[rwxXst]*))+)$/;
const actionShape = /([-+=])([ugo]|[rwxXst]*)/g;

/**
 * Reads a mode: one to four octal digits, or clauses in the grammar of chmod(1) such as `u=rwx,g=rx,o=`.
 *
 * A mode has to settle: used a second time it must change nothing more, or else every run would find a
 * difference to mend. `g=u,u=o` does not settle, and is refused.
 */
export function parseMode(text: string): ParsedMode | ModeError {
  if (octal.test(text)) return { kind: "exact", bits: Number.parseInt(text, 8) };
  if (text === "") return invalid("it is empty");
  if (digits.test(text)) return invalid("a number is one to four octal digits");

  const changes: ModeChange[] = [];
  for (const clause of text.split(",")) {
    const match = clauseShape.exec(clause);
    if (match === null) return invalid(whyNoClause(clause));
    const [, classes = "", actions = ""] = match;
    const affected = [...classes].reduce((bits, name) => bits | (isClass(name) ? classBits[name] : 0), 0);
    for (const [, operator, permissions = ""] of actions.matchAll(actionShape)) {
      if (isOperator(operator)) changes.push(changeOf(operator, affected, permissions));
    }
  }
  const mode = { kind: "symbolic", changes } as const;
  return settles(mode) ? mode : invalid("used a second time, it would change the mode once more");
}

/**
 * The twelve permission bits that an object with the bits `current` gets.
 *
 * An octal mode is exact, as with chmod(2): it also clears a directory's setuid and setgid bits. A symbolic
 * mode does what GNU chmod does under umask 0, which keeps those two bits of a directory unless named.
 */
export function applyMode(mode: ParsedMode, current: number, isDirectory: boolean): number {
  if (mode.kind === "exact") return mode.bits;
  return mode.changes.reduce((bits, change) => applyChange(change, bits, isDirectory), current & allBits);
}

/** True if both modes give every directory the same bits, whatever it had before. */
export function sameForDirectories(left: ParsedMode, right: ParsedMode): boolean {
  for (let bits = 0; bits <= allBits; bits += 1) {
    if (applyMode(left, bits, true) !== applyMode(right, bits, true)) return false;
  }
  return true;
}

/** Permission bits as four octal digits, for example `0750`. */
export function formatMode(bits: number): string {
  return (bits & allBits).toString(8).padStart(4, "0");
}

function invalid(reason: string): ModeError {
  return { kind: "invalid", reason };
}

function isClass(name: string): name is keyof typeof classBits {
  return name in classBits;
}

function isCopiedClass(name: string): name is keyof typeof classColumns {
  return name in classColumns;
}

function isOperator(text: string | undefined): text is ModeChange["operator"] {
  return text === "+" || text === "-" || text === "=";
}

function changeOf(operator: ModeChange["operator"], affected: number, permissions: string): ModeChange {
  if (isCopiedClass(permissions)) {
    const from = classColumns[permissions];
    return {
      operator,
      affected,
      permissions: { kind: "copy", from },
      named: affected === 0 ? from : affected & from,
    };
  }
  let bits = 0;
  for (const letter of permissions) {
    if (letter === "r" || letter === "w" || letter === "x") bits |= columns[letter];
    else if (letter === "s") bits |= setUser | setGroup;
    else if (letter === "t") bits |= sticky;
  }
  const executeIfAny = permissions.includes("X");
  return {
    operator,
    affected,
    permissions: { kind: "bits", bits, executeIfAny },
    named: affected === 0 ? bits : affected & bits,
  };
}

function applyChange(change: ModeChange, current: number, isDirectory: boolean): number {
  const kept = (isDirectory ? setUser | setGroup : 0) & ~change.named;
  const reach = change.affected === 0 ? allBits : change.affected;
  const value = permissionsOf(change, current, isDirectory) & reach & ~kept;
  switch (change.operator) {
    case "+":
      return current | value;
    case "-":
      return current & ~value;
    case "=":
      return (current & (~reach | kept) & allBits) | value;
  }
}

function permissionsOf({ permissions }: ModeChange, current: number, isDirectory: boolean): number {
  if (permissions.kind === "copy") {
    const copied = current & permissions.from;
    return Object.values(columns).reduce((bits, column) => bits | (copied & column ? column : 0), 0);
  }
  const executable = isDirectory || (current & columns.x) !== 0;
  return permissions.executeIfAny && executable ? permissions.bits | columns.x : permissions.bits;
}

/**
 * Only what looks at bits can fail to settle: a copy, or X. The columns r, w and x never influence each other, and s and t influence nothing; so the eight ways to fill
 * a column, put into all three at once, stand for every mode that there is.
 */
function settles(mode: ParsedMode & { kind: "symbolic" }): boolean {
  if (!mode.changes.some(({ permissions }) => permissions.kind === "copy" || permissions.executeIfAny))
    return true;
  for (const start of [0, 0o007, 0o070, 0o077, 0o700, 0o707, 0o770, 0o777]) {
    for (const isDirectory of [false, true]) {
      const once = applyMode(mode, start, isDirectory);
      if (applyMode(mode, once, isDirectory) !== once) return false;
    }
  }
  return true;
}

/** Says what is wrong with a clause that does not fit the grammar. */
function whyNoClause(clause: string): string {
  if (clause === "") return "there is nothing before or after a comma";
  const classes = /^[ugoa]*/.exec(clause)?.[0] ?? "";
  const rest = clause.slice(classes.length);
  if (rest === "") return `\`${clause}\` has no +, - or =`;
  if (!/^[-+=]/.test(rest)) return `\`${firstCharacter(rest)}\` is not one of u, g, o, a, +, -, =`;
  const stranger = /[^-+=rwxXstugo]/u.exec(rest)?.[0];
  if (stranger !== undefined) return `\`${stranger}\` is not one of r, w, x, X, s, t`;
  return `in \`${clause}\`, one of u, g, o must stand alone after +, - or =`;
}

function firstCharacter(text: string): string {
  const [first = ""] = text;
  return first;
}
