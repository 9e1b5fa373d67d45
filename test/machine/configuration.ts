/** A value that can stand in imp.toml. */
type Value = string | boolean | number | readonly Value[] | { readonly [key: string]: Value };

/** An entry: a path alone, or a table such as `{ directory: "/a", mode: "0700" }`. */
export type EntryText = string | { readonly [key: string]: Value };

export interface RootText {
  readonly directories?: readonly EntryText[];
  readonly files?: readonly EntryText[];
  readonly [key: string]: Value | undefined;
}

/** What imp.toml says: its persistence roots, and the keys at the top. */
export interface ConfigurationText {
  readonly persistence: { readonly [root: string]: RootText };
  readonly [key: string]: Value | { readonly [root: string]: RootText };
}

/** The text of an imp.toml. */
export function configurationText({ persistence, ...top }: ConfigurationText): string {
  return [
    ...assignments(top),
    ...Object.entries(persistence).flatMap(([root, keys]) => [
      `[persistence.${quoted(root)}]`,
      ...assignments(keys),
    ]),
    "",
  ].join("\n");
}

function assignments(keys: { readonly [key: string]: unknown }): string[] {
  return Object.entries(keys).flatMap(([key, value]) =>
    isValue(value) ? [`${key} = ${written(value)}`] : [],
  );
}

function isValue(value: unknown): value is Value {
  return value !== undefined;
}

function written(value: Value): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map(written).join(", ")}]`;
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${key} = ${written(item)}`)
    .join(", ")} }`;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** A basic string of TOML: JSON's escapes are among its own, and DEL needs one too. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007f");
}
