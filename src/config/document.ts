import type { AST } from "toml-eslint-parser";
import type { Problem } from "../model/problem.ts";
import type { KeyPath, Site } from "./finding.ts";
import type { SourceText, Span } from "./source-text.ts";
import { parseSyntax, tooMuch } from "./syntax.ts";
import { TomlDate, type TomlTable } from "./toml.ts";

/** A TOML file that knows where everything stands. */
export interface Document {
  /** Integers are bigints, floats numbers, dates and times {@link TomlDate}. */
  readonly values: TomlTable;
  /** Where the site stands; where what holds it stands if it has none. */
  readonly spanOf: (site: Site) => Span;
}

/**
 * Reads TOML by a parser of our own choice, which takes many times as long as the runtime's. It has the last word on
 * what the runtime's refuses, and knows numbers of any size.
 */
export function parseDocument(source: SourceText): Document | Problem[] {
  const program = parseSyntax(source);
  if (Array.isArray(program)) return program;
  const builder = new TreeBuilder(source);
  try {
    builder.addAll(program.body[0].body);
    if (builder.problems.length > 0) return builder.problems;
    const { top } = builder;
    return { values: plainTable(top.value as PartTable), spanOf: (site) => spanOf(top, site) };
  } catch (error) {
    if (error instanceof RangeError) return [tooMuch(source, { start: 0, end: 0 })];
    throw error;
  }
}

/** A value and where it stands. */
interface Part {
  readonly value: string | boolean | bigint | number | TomlDate | Part[] | PartTable;
  readonly at: Span;
  /** Where its key stands; null for what has none, such as the elements of an array. */
  readonly key: Span | null;
}

/** Keeps the order of the file. */
type PartTable = Map<string, Part>;

function plain({ value }: Part): unknown {
  if (value instanceof Map) return plainTable(value);
  return Array.isArray(value) ? value.map(plain) : value;
}

function plainTable(table: PartTable): TomlTable {
  const values: Record<string, unknown> = Object.create(null);
  for (const [key, part] of table) values[key] = plain(part);
  return values;
}

function spanOf(top: Part, { path, of }: Site): Span {
  let part = top;
  for (const step of path) {
    const next = childOf(part, step);
    if (next === undefined) return part.at;
    part = next;
  }
  return of === "key" ? (part.key ?? part.at) : part.at;
}

function childOf({ value }: Part, step: KeyPath[number]): Part | undefined {
  if (value instanceof Map) return value.get(String(step));
  return Array.isArray(value) ? value[Number(step)] : undefined;
}

type KeyPart = AST.TOMLBare | AST.TOMLQuoted;

class TreeBuilder {
  readonly top: Part = { value: new Map(), at: { start: 0, end: 0 }, key: null };
  readonly problems: Problem[] = [];
  readonly #source: SourceText;

  constructor(source: SourceText) {
    this.#source = source;
  }

  addAll(body: readonly (AST.TOMLKeyValue | AST.TOMLTable)[]): void {
    for (const item of body) {
      if (item.type === "TOMLKeyValue") this.#addKeyValue(this.top, item);
      else this.#addTable(item);
    }
  }

  #addTable(table: AST.TOMLTable): void {
    const at = spanOfNode(table.key);
    const parent = this.#descend(this.top, table.key.keys.slice(0, -1), at);
    const last = table.key.keys.at(-1);
    if (parent === null || last === undefined) return;
    const node =
      table.kind === "array" ? this.#appendTable(parent, last, at) : this.#tableIn(parent, last, at);
    if (node !== null) for (const item of table.body) this.#addKeyValue(node, item);
  }

  #addKeyValue(table: Part, item: AST.TOMLKeyValue): void {
    const parent = this.#descend(table, item.key.keys.slice(0, -1), spanOfNode(item.key));
    const last = item.key.keys.at(-1);
    if (parent !== null && last !== undefined) this.#put(parent, last, item.value);
  }

  #put(parent: PartTable, part: KeyPart, content: AST.TOMLContentNode): void {
    const name = nameOf(part);
    if (parent.has(name)) this.#givenTwice(part);
    else parent.set(name, { ...this.#convert(content), key: spanOfNode(part) });
  }

  #convert(content: AST.TOMLContentNode): Part {
    const at = spanOfNode(content);
    switch (content.type) {
      case "TOMLArray":
        return { value: content.elements.map((element) => this.#convert(element)), at, key: null };
      case "TOMLInlineTable": {
        const table: Part = { value: new Map(), at, key: null };
        for (const item of content.body) this.#addKeyValue(table, item);
        return table;
      }
      case "TOMLValue":
        return { value: scalarOf(content), at, key: null };
    }
  }

  /** The table that the keys lead to, made where there is none. */
  #descend(from: Part, parts: readonly KeyPart[], at: Span): PartTable | null {
    let node: Part | null = from;
    for (const part of parts) {
      if (node === null || !(node.value instanceof Map)) return null;
      node = this.#tableIn(node.value, part, at);
    }
    return node !== null && node.value instanceof Map ? node.value : null;
  }

  #tableIn(parent: PartTable, part: KeyPart, at: Span): Part | null {
    const name = nameOf(part);
    const found = parent.get(name);
    if (found === undefined) {
      const made: Part = { value: new Map(), at, key: spanOfNode(part) };
      parent.set(name, made);
      return made;
    }
    // A key below an array of tables speaks of its last table.
    const table = Array.isArray(found.value) ? found.value.at(-1) : found;
    if (table !== undefined && table.value instanceof Map) return table;
    this.#givenTwice(part);
    return null;
  }

  #appendTable(parent: PartTable, part: KeyPart, at: Span): Part | null {
    const name = nameOf(part);
    const made: Part = { value: new Map(), at, key: null };
    const found = parent.get(name);
    if (found === undefined) parent.set(name, { value: [made], at, key: spanOfNode(part) });
    else if (Array.isArray(found.value)) found.value.push(made);
    else this.#givenTwice(part);
    return made;
  }

  #givenTwice(part: KeyPart): void {
    this.problems.push(
      this.#source.error(spanOfNode(part), "not valid TOML: the key is given twice", "keep one of the two"),
    );
  }
}

function nameOf(part: KeyPart): string {
  return part.type === "TOMLBare" ? part.name : part.value;
}

function spanOfNode({ range: [start, end] }: AST.HasLocs): Span {
  return { start, end };
}

function scalarOf(node: AST.TOMLValue): Part["value"] {
  switch (node.kind) {
    case "string":
    case "boolean":
    case "float":
      return node.value;
    case "integer":
      return node.bigint;
    default:
      return new TomlDate(node.datetime);
  }
}
