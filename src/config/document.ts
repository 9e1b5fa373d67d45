import type { AST } from "toml-eslint-parser";
import type { Problem } from "../model/problem.ts";
import { type FoldedText, fold } from "./fold.ts";
import { reservedKeys } from "./reserved-keys.ts";
import { Series } from "./run.ts";
import type { SourceText, Span } from "./source-text.ts";
import { parseSyntax, parseValid, tooMuch } from "./syntax.ts";

/** A date or time as written; no key takes one. */
export class TomlDate {
  constructor(readonly text: string) {}
}

/** A value of the file and where it stands. */
export interface Node {
  readonly value: NodeValue;
  readonly at: Span;
  /** Where its key stands; null for what has none, such as the elements of an array. */
  readonly key: Span | null;
}

/** Integers are bigints, floats are numbers. A series, in a folded tree, is as many elements of an array. */
export type NodeValue = string | boolean | bigint | number | TomlDate | Series<Node> | Node[] | NodeTable;

/** Has no prototype, which tells it from all other values. */
export interface NodeTable {
  [key: string]: Node;
}

export function isTable(value: unknown): value is NodeTable {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null;
}

/** Reads TOML into a tree that knows where everything stands. */
export function parseDocument(source: SourceText): Node | Problem[] {
  const program = parseSyntax(source);
  return Array.isArray(program) ? program : treeOf(program, source, null);
}

/**
 * As {@link parseDocument}, but with a series in the place of a run, which takes far less time. Null if there are no
 * runs, or if anything is wrong with the text: then it takes all of it to tell what.
 */
export function parseFolded(source: SourceText): Node | null {
  const folded = fold(source.text);
  const program = folded && parseValid(folded.text);
  if (program === null) return null;
  const document = treeOf(program, source, folded);
  return Array.isArray(document) ? null : document;
}

/** @param folded what `program` was read from, if that is not the whole text */
function treeOf(program: AST.TOMLProgram, source: SourceText, folded: FoldedText | null): Node | Problem[] {
  const builder = new TreeBuilder(source, folded);
  try {
    builder.addAll(program.body[0].body);
  } catch (error) {
    if (error instanceof RangeError) return [tooMuch(source, { start: 0, end: 0 })];
    throw error;
  }
  return builder.problems.length === 0 ? builder.top : builder.problems;
}

type KeyPart = AST.TOMLBare | AST.TOMLQuoted;

class TreeBuilder {
  readonly top: Node = { value: newTable(), at: { start: 0, end: 0 }, key: null };
  readonly problems: Problem[] = [];
  readonly #source: SourceText;
  readonly #folded: FoldedText | null;

  constructor(source: SourceText, folded: FoldedText | null) {
    this.#source = source;
    this.#folded = folded;
  }

  addAll(body: readonly (AST.TOMLKeyValue | AST.TOMLTable)[]): void {
    for (const item of body) {
      if (item.type === "TOMLKeyValue") this.#addKeyValue(this.top, item);
      else this.#addTable(item);
    }
  }

  #addTable(table: AST.TOMLTable): void {
    const at = this.#spanOf(table.key);
    const parent = this.#descend(this.top, table.key.keys.slice(0, -1), at);
    const last = table.key.keys.at(-1);
    if (parent === null || last === undefined) return;
    const node =
      table.kind === "array" ? this.#appendTable(parent, last, at) : this.#tableIn(parent, last, at);
    if (node !== null) for (const item of table.body) this.#addKeyValue(node, item);
  }

  #addKeyValue(table: Node, item: AST.TOMLKeyValue): void {
    const parent = this.#descend(table, item.key.keys.slice(0, -1), this.#spanOf(item.key));
    const last = item.key.keys.at(-1);
    if (parent !== null && last !== undefined) this.#put(parent, last, item.value);
  }

  #put(parent: NodeTable, part: KeyPart, content: AST.TOMLContentNode): void {
    const name = this.#nameOf(part);
    if (name === null) return;
    if (parent[name] !== undefined) this.#givenTwice(part);
    else parent[name] = { ...this.#convert(content), key: this.#spanOf(part) };
  }

  #convert(content: AST.TOMLContentNode): Node {
    const at = this.#spanOf(content);
    switch (content.type) {
      case "TOMLArray":
        return { value: content.elements.map((element) => this.#element(element)), at, key: null };
      case "TOMLInlineTable": {
        const table: Node = { value: newTable(), at, key: null };
        for (const item of content.body) this.#addKeyValue(table, item);
        return table;
      }
      case "TOMLValue":
        return { value: scalarOf(content), at, key: null };
    }
  }

  #element(content: AST.TOMLContentNode): Node {
    const run = this.#folded?.runAt(content.range[0]);
    const first = this.#convert(content);
    return run === undefined ? first : { value: new Series(first, run), at: first.at, key: null };
  }

  #spanOf({ range: [start, end] }: AST.HasLocs): Span {
    const span = { start, end };
    return this.#folded === null ? span : this.#folded.unfolded(span);
  }

  /** The table that the keys lead to, made where there is none. */
  #descend(from: Node, parts: readonly KeyPart[], at: Span): NodeTable | null {
    let node: Node | null = from;
    for (const part of parts) {
      if (node === null || !isTable(node.value)) return null;
      node = this.#tableIn(node.value, part, at);
    }
    return node !== null && isTable(node.value) ? node.value : null;
  }

  #tableIn(parent: NodeTable, part: KeyPart, at: Span): Node | null {
    const name = this.#nameOf(part);
    if (name === null) return null;
    const found = parent[name];
    if (found === undefined) {
      const made: Node = { value: newTable(), at, key: this.#spanOf(part) };
      parent[name] = made;
      return made;
    }
    // A key below an array of tables speaks of its last table.
    const table = Array.isArray(found.value) ? found.value.at(-1) : found;
    if (table !== undefined && isTable(table.value)) return table;
    this.#givenTwice(part);
    return null;
  }

  #appendTable(parent: NodeTable, part: KeyPart, at: Span): Node | null {
    const name = this.#nameOf(part);
    if (name === null) return null;
    const made: Node = { value: newTable(), at, key: null };
    const found = parent[name];
    if (found === undefined) parent[name] = { value: [made], at, key: this.#spanOf(part) };
    else if (Array.isArray(found.value)) found.value.push(made);
    else this.#givenTwice(part);
    return made;
  }

  #nameOf(part: KeyPart): string | null {
    const name = part.type === "TOMLBare" ? part.name : part.value;
    if (!reservedKeys.has(name)) return name;
    this.problems.push(this.#source.error(this.#spanOf(part), `unknown key \`${name}\``, "leave it out"));
    return null;
  }

  #givenTwice(part: KeyPart): void {
    this.problems.push(
      this.#source.error(this.#spanOf(part), "not valid TOML: the key is given twice", "keep one of the two"),
    );
  }
}

function newTable(): NodeTable {
  return Object.create(null);
}

function scalarOf(node: AST.TOMLValue): NodeValue {
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
