/**
 * The shapes that values from state files have to have, as plain data. What is not
 * believed for its checksum is compared with one, and so is all that is written: a library for that takes longer to load
 * than this takes to compare a thousand entries.
 */

/** A shape that only values of `T` have. */
export type Shape<T> = Leaf<T> | ListOf<T> | ObjectOf<T> | KindsOf<T>;

/** What the compiler knows of a shape, and nothing at run time. */
interface Of<T> {
  readonly type?: T;
}

interface Leaf<T> extends Of<T> {
  /** What it has to be, as it fits after "expected". */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

interface ListOf<T> extends Of<T> {
  readonly each: Shape<unknown>;
}

interface ObjectOf<T> extends Of<T> {
  readonly fields: Fields;
  /** True if there may be more fields than these. */
  readonly isOpen: boolean;
  readonly contradiction: Contradiction<never> | null;
}

interface KindsOf<T> extends Of<T> {
  /** By what the field `kind` says. */
  readonly kinds: Readonly<Record<string, Shape<unknown>>>;
}

/** What is wrong with a value though each of its parts has its shape; null if nothing is. */
export type Contradiction<T> = (value: T) => string | null;

type Fields = Readonly<Record<string, Shape<unknown> | Optional<unknown>>>;

/** The shape of a field that may be left out. */
interface Optional<T> {
  readonly optional: Shape<T>;
}

/** A shape for each field of `T`: one that may lack in the type may lack in the value. */
export type FieldsOf<T> = {
  readonly [Key in keyof T]-?: Pick<T, never> extends Pick<T, Key>
    ? Optional<Exclude<T[Key], undefined>>
    : Shape<T[Key]>;
};

export function leaf<T>(expected: string, accepts: (value: unknown) => boolean): Leaf<T> {
  return { expected, accepts };
}

export function nullable<T>({ expected, accepts }: Leaf<T>): Leaf<T | null> {
  return { expected: `${expected} or null`, accepts: (value) => value === null || accepts(value) };
}

export function optional<T>(shape: Shape<T>): Optional<T> {
  return { optional: shape };
}

export function list<T>(each: Shape<T>): Shape<readonly T[]> {
  return { each };
}

/** An object with these fields and no others. */
export function object<T>(fields: FieldsOf<T>, contradiction: Contradiction<T> | null = null): ObjectOf<T> {
  return { fields: fields as Fields, isOpen: false, contradiction };
}

/** An object with these fields, and maybe others. */
export function openObject<T>(fields: FieldsOf<T>): ObjectOf<T> {
  return { fields: fields as Fields, isOpen: true, contradiction: null };
}

/** One of the objects that the field `kind` tells apart, by the fields that each has besides. */
export function kinds<T extends { readonly kind: string }>(
  all: {
    readonly [Kind in T["kind"]]: FieldsOf<Omit<Extract<T, { readonly kind: Kind }>, "kind">>;
  },
): KindsOf<T> {
  const shapes: Record<string, Shape<unknown>> = {};
  for (const [kind, fields] of Object.entries<Fields>(all)) {
    shapes[kind] = { fields: { kind: anyKind, ...fields }, isOpen: false, contradiction: null };
  }
  return { kinds: shapes };
}

/** Which kind it is chose the shape. */
const anyKind = leaf<string>("a kind", () => true);

/** The first part of a value that has not its shape. */
export interface Misfit {
  /** The keys that lead there, outermost first. */
  readonly keys: string[];
  readonly reason:
    | { readonly kind: "value"; readonly expected: string; readonly found: unknown }
    | { readonly kind: "unknown-key" }
    | { readonly kind: "contradiction"; readonly contradiction: string };
}

/** Null if the value has the shape. */
export function findMisfit(shape: Shape<unknown>, value: unknown): Misfit | null {
  if ("accepts" in shape) return shape.accepts(value) ? null : misfit(shape.expected, value);
  if ("each" in shape) return findInList(shape.each, value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return misfit("an object", value);
  if ("fields" in shape) return findInObject(shape, value as Readonly<Record<string, unknown>>);
  const kind = "kind" in value ? value.kind : undefined;
  const chosen = typeof kind === "string" && Object.hasOwn(shape.kinds, kind) ? shape.kinds[kind] : undefined;
  if (chosen !== undefined) return findMisfit(chosen, value);
  return within("kind", misfit(Object.keys(shape.kinds).join(" or "), kind));
}

function findInList(each: Shape<unknown>, value: unknown): Misfit | null {
  if (!Array.isArray(value)) return misfit("an array", value);
  for (let index = 0; index < value.length; index += 1) {
    const found = findMisfit(each, value[index]);
    if (found !== null) return within(String(index), found);
  }
  return null;
}

function findInObject(shape: ObjectOf<unknown>, value: Readonly<Record<string, unknown>>): Misfit | null {
  const { fields, isOpen, contradiction } = shape;
  let known = 0;
  for (const key in fields) {
    const field = fields[key] as Fields[string];
    const inner = value[key];
    const mayLack = "optional" in field;
    if (mayLack && inner === undefined && !Object.hasOwn(value, key)) continue;
    known += 1;
    const found = findMisfit(mayLack ? field.optional : field, inner);
    if (found !== null) return within(key, found);
  }
  if (!isOpen) {
    let present = 0;
    for (const _ in value) present += 1;
    if (present > known) return unknownKey(fields, value);
  }
  const wrong = contradiction === null ? null : contradiction(value as never);
  return wrong === null ? null : { keys: [], reason: { kind: "contradiction", contradiction: wrong } };
}

function unknownKey(fields: Fields, value: object): Misfit {
  const key = Object.keys(value).find((candidate) => !Object.hasOwn(fields, candidate)) ?? "";
  return { keys: [key], reason: { kind: "unknown-key" } };
}

function misfit(expected: string, found: unknown): Misfit {
  return { keys: [], reason: { kind: "value", expected, found } };
}

function within(key: string, inner: Misfit): Misfit {
  inner.keys.unshift(key);
  return inner;
}
