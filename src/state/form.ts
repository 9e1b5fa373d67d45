/**
 * Forms that values from files have to fit, under the names that valibot has for them. Every command reads at least one
 * state file, and a large one holds thousands of entries: there the library, which reads the configuration, takes 1.5 ms
 * to begin with and then several times as long as this.
 */

/** Looks at a value: gives back what it stands for, or {@link misfit} after noting why. */
export type Form<T> = (value: unknown) => T | typeof misfit;

type Value<F> = F extends Form<infer T> ? Exclude<T, typeof misfit> : never;

const misfit: unique symbol = Symbol("misfit");

/** Why a value does not fit, and the keys that lead there, innermost first. Of one value at a time. */
let reason = "";
let keys: string[] = [];

/** What a form makes of a value, or where and why it does not fit; only the first thing is told. */
export type Fit<T> =
  | { readonly fits: true; readonly value: T }
  /** `place` is as in `generations.3.number`; null for the value as a whole. */
  | { readonly fits: false; readonly place: string | null; readonly message: string };

export function fit<T>(form: Form<T>, value: unknown): Fit<T> {
  const result = form(value);
  if (result !== misfit) return { fits: true, value: result };
  return { fits: false, place: keys.length === 0 ? null : keys.toReversed().join("."), message: reason };
}

/** The value in its form. @throws Error if it does not fit, a mistake of the caller's */
export function parse<T>(form: Form<T>, value: unknown): T {
  const result = fit(form, value);
  if (result.fits) return result.value;
  throw new Error(`${result.place ?? "the value"}: ${result.message}`);
}

function refuse(message: string): typeof misfit {
  reason = message;
  keys = [];
  return misfit;
}

function refuseWithin(key: string): typeof misfit {
  keys.push(key);
  return misfit;
}

function expected(what: string, value: unknown): typeof misfit {
  return refuse(`expected ${what}, not ${describe(value)}`);
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" && value !== null ? "an object" : JSON.stringify(value);
}

export function string(): Form<string> {
  return (value) => (typeof value === "string" ? value : expected("a text", value));
}

export function number(): Form<number> {
  return (value) => (typeof value === "number" ? value : expected("a number", value));
}

export function boolean(): Form<boolean> {
  return (value) => (typeof value === "boolean" ? value : expected("true or false", value));
}

export function literal<const T extends string | number>(wanted: T): Form<T> {
  return (value) => (value === wanted ? wanted : expected(JSON.stringify(wanted), value));
}

export function picklist<const T extends string>(texts: readonly T[]): Form<T> {
  return (value) => texts.find((text) => text === value) ?? expected(texts.join(" or "), value);
}

export function nullable<T>(form: Form<T>): Form<T | null> {
  return (value) => (value === null ? null : form(value));
}

/** What comes after the form in a {@link pipe}. */
type Action<T> = (value: T) => T | typeof misfit;

/** A form, and what more there is to say of its value. */
export function pipe<T>(form: Form<T>, ...actions: readonly Action<NoInfer<T>>[]): Form<T> {
  return (value) => {
    let result = form(value);
    for (let index = 0; index < actions.length; index += 1) {
      const action = actions[index];
      if (result === misfit || action === undefined) return misfit;
      result = action(result);
    }
    return result;
  };
}

export function check<T>(isRight: (value: T) => boolean, message: string): Action<T> {
  return (value) => (isRight(value) ? value : refuse(message));
}

/** As {@link check}, with what is wrong as the answer; null if nothing is. */
export function checkBy<T>(complaint: (value: T) => string | null): Action<T> {
  return (value) => {
    const message = complaint(value);
    return message === null ? value : refuse(message);
  };
}

/** What `change` makes of a value of the form. */
export function transform<T, U>(form: Form<T>, change: (value: T) => U): Form<U> {
  return (value) => {
    const result = form(value);
    return result === misfit ? misfit : change(result);
  };
}

export function minLength(least: number): Action<string> {
  return check((text) => text.length >= least, "it is too short");
}

export function regex(pattern: RegExp): Action<string> {
  return check((text) => pattern.test(text), `it is not of the form ${pattern}`);
}

export function safeInteger(): Action<number> {
  return check((value) => Number.isSafeInteger(value), "it is no whole number");
}

export function minValue(least: number): Action<number> {
  return check((value) => value >= least, `it is less than ${least}`);
}

export function maxValue(most: number): Action<number> {
  return check((value) => value <= most, `it is more than ${most}`);
}

export function array<T>(form: Form<T>): Form<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return expected("an array", value);
    let copy: T[] | null = null;
    for (let index = 0; index < value.length; index += 1) {
      const result = form(value[index]);
      if (result === misfit) return refuseWithin(String(index));
      if (copy === null && result !== value[index]) copy = value.slice(0, index);
      copy?.push(result);
    }
    return copy ?? value;
  };
}

/** A field that may be left out. */
interface Optional<T> {
  readonly whole: Form<T>;
}

export function exactOptional<T>(form: Form<T>): Optional<T> {
  return { whole: form };
}

type Field = Form<unknown> | Optional<unknown>;
export type ObjectEntries = Readonly<Record<string, Field>>;

type Given<F> = { [Key in keyof F as F[Key] extends Form<unknown> ? Key : never]: Value<F[Key]> };
type Possible<F> = {
  [Key in keyof F as F[Key] extends Optional<unknown> ? Key : never]?: F[Key] extends Optional<infer T>
    ? T
    : never;
};
type ObjectOf<F> = Given<F> & Possible<F>;

/** An object with these fields and no others. */
export function strictObject<const F extends ObjectEntries>(fields: F): Form<ObjectOf<F>> {
  return objectForm(fields, true);
}

/** An object with these fields; others stay as they are. */
export function object<const F extends ObjectEntries>(fields: F): Form<ObjectOf<F>> {
  return objectForm(fields, false);
}

function objectForm<const F extends ObjectEntries>(fields: F, isStrict: boolean): Form<ObjectOf<F>> {
  // Made when it is first needed: most commands read few kinds of files.
  let known: ReturnType<typeof knownFields> | null = null;
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return expected("an object", value);
    const given = value as Readonly<Record<string, unknown>>;
    let copy: Record<string, unknown> | null = null;
    let found = 0;
    known ??= knownFields(fields);
    for (const { key, form, mayLack } of known) {
      const field = given[key];
      if (field === undefined && mayLack && !(key in given)) continue;
      found += 1;
      const result = form(field);
      if (result === misfit) return refuseWithin(key);
      if (result === field) continue;
      copy ??= { ...given };
      copy[key] = result;
    }
    const others = isStrict ? Object.keys(given).length - found : 0;
    return others > 0 ? refuseOther(given, fields) : ((copy ?? given) as ObjectOf<F>);
  };
}

function knownFields(fields: ObjectEntries) {
  return Object.entries<Field>(fields).map(([key, field]) =>
    typeof field === "function"
      ? { key, form: field, mayLack: false }
      : { key, form: field.whole, mayLack: true },
  );
}

function refuseOther(given: object, fields: ObjectEntries): typeof misfit {
  refuse("nobody knows this key");
  return refuseWithin(Object.keys(given).find((key) => !Object.hasOwn(fields, key)) ?? "");
}

/** The value of a field that tells objects apart, with the object's form. */
export interface Kind<T> {
  readonly kind: string;
  readonly form: Form<T>;
}

/** An object that its field `kind` tells from others. */
export function kind<const K extends string, const F extends ObjectEntries>(
  name: K,
  fields: F,
): Kind<{ kind: K } & ObjectOf<F>> {
  const form = strictObject({ kind: literal(name), ...fields }) as Form<unknown>;
  return { kind: name, form: form as Form<{ kind: K } & ObjectOf<F>> };
}

/** One of several kinds of objects. */
export function variant<const K extends readonly Kind<unknown>[]>(
  kinds: K,
): Form<K[number] extends Kind<infer T> ? T : never> {
  type One = K[number] extends Kind<infer T> ? T : never;
  const forms = new Map(kinds.map((one) => [one.kind, one.form as Form<One>]));
  return (value) => {
    if (typeof value !== "object" || value === null) return expected("an object", value);
    const name = "kind" in value ? value.kind : undefined;
    const form = typeof name === "string" ? forms.get(name) : undefined;
    if (form !== undefined) return form(value);
    expected([...forms.keys()].join(" or "), name);
    return refuseWithin("kind");
  };
}
