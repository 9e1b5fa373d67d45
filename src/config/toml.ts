/** A table of a TOML file as plain values. */
export type TomlTable = Readonly<Record<string, unknown>>;

/** A date or time as written; no key takes one. */
export class TomlDate {
  constructor(readonly text: string) {}
}

/** True for a table, and for no array, date or time. */
export function isTable(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * What a TOML text says, by the runtime's own parser: quick, but it knows no places. Its numbers do not tell `1` from
 * `1.0`; dates and times are objects of `Temporal`.
 *
 * @returns null if it refuses the text; `document.ts` decides then, and says why
 */
export function parsePlain(text: string): TomlTable | null {
  // It would pass over a byte order mark; the one that may stand there is gone already.
  if (text.startsWith("\ufeff")) return null;
  try {
    return Bun.TOML.parse(text) as TomlTable;
  } catch {
    return null;
  }
}
