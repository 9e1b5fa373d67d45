import { type KeyPath, keyAt, type Reader, shown, valueAt } from "./finding.ts";
import { configShape, keyHomes, type Layout, type Shape, type TableShape } from "./schema.ts";
import { nearest } from "./suggest.ts";
import { isTable, TomlDate, type TomlTable } from "./toml.ts";

/**
 * Holds the values of a file against the schema. What does not fit is reported and taken out of `top`, so that the rest
 * can be checked further; an entry without its path is taken out whole.
 */
export function check(reader: Reader, top: TomlTable): Layout {
  fits(reader, configShape, top, []);
  // Nothing else is left in it.
  return top as Layout;
}

/** True if the value may stay, without all in it that does not fit. */
function fits(reader: Reader, shape: Shape, value: unknown, path: KeyPath): boolean {
  switch (shape.kind) {
    case "path":
    case "mode":
      if (typeof value === "string") return true;
      break;
    case "flag":
      if (typeof value === "boolean") return true;
      break;
    case "principal":
      if (typeof value === "string" || typeof value === "bigint") return true;
      break;
    case "choice":
      if (typeof value === "string" && shape.words.includes(value)) return true;
      break;
    case "list":
      if (!Array.isArray(value)) break;
      for (const [index, item] of value.entries()) {
        if (!fits(reader, shape.item, item, [...path, index])) value[index] = undefined;
      }
      return true;
    case "entry":
      if (typeof value === "string") return true;
      if (isTable(value)) return tableFits(reader, shape.table, value, path);
      break;
    case "roots":
      if (!isTable(value)) break;
      for (const [key, root] of Object.entries(value)) {
        if (!fits(reader, shape.root, root, [...path, key])) delete value[key];
      }
      return true;
    case "table":
      if (isTable(value)) return tableFits(reader, shape, value, path);
      break;
  }
  const { expected, help } = shape.kind === "choice" ? describeChoice(shape.words, value) : shape;
  reader.refuse(valueAt(path), `${subject(path)} must be ${expected}, not ${describe(value)}`, help);
  return false;
}

function tableFits(
  reader: Reader,
  { keys, required }: TableShape,
  table: Record<string, unknown>,
  path: KeyPath,
): boolean {
  const lacks = required !== undefined && !Object.hasOwn(table, required);
  let isKnown = true;
  for (const [key, value] of Object.entries(table)) {
    const shape = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (shape === undefined) {
      isKnown = false;
      const help = helpForKey(key, Object.keys(keys));
      reader.refuse(keyAt([...path, key]), `unknown key \`${shown(key)}\``, help);
    }
    if (shape === undefined || !fits(reader, shape, value, [...path, key])) delete table[key];
  }
  // An unknown key probably stands in the place of the missing one.
  if (lacks && isKnown) {
    const help = `name the path, as in { ${required} = "/a/path" }`;
    reader.refuse(valueAt(path), `the entry has no \`${required}\``, help);
  }
  return required === undefined || Object.hasOwn(table, required);
}

function helpForKey(name: string, known: readonly string[]): string {
  const home = keyHomes.find(({ keys }) => keys.includes(name));
  if (home !== undefined) return `\`${name}\` belongs ${home.home}`;
  const meant = nearest(name, known);
  return meant === null ? `the keys here are ${known.join(", ")}` : `did you mean \`${meant}\`?`;
}

function describeChoice(words: readonly string[], value: unknown): { expected: string; help: string } {
  const meant = typeof value === "string" ? nearest(value, words) : null;
  const help = meant === null ? "choose one of them" : `did you mean \`${meant}\`?`;
  return { expected: `one of ${words.join(", ")}`, help };
}

function subject(path: KeyPath): string {
  const last = path.at(-1);
  if (typeof last === "number") return `an entry of \`${path.at(-2)}\``;
  return path.length === 2 && path[0] === "persistence"
    ? `persistence."${shown(String(last))}"`
    : `\`${last}\``;
}

function describe(value: unknown): string {
  if (typeof value === "string") return `the text "${shown(value)}"`;
  if (typeof value === "bigint") return `the number ${shown(String(value))}`;
  if (typeof value === "number") return `the number ${value}`;
  if (typeof value === "boolean") return String(value);
  if (value instanceof TomlDate) return `the date ${value.text}`;
  return Array.isArray(value) ? "an array" : "a table";
}
