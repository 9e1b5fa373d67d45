import type * as v from "valibot";
import { type ExampleValue, keyDescriptions } from "./key-descriptions.ts";
import { configSchema, type KeyName } from "./schema.ts";

/*
 * The schema of imp.toml for editors (taplo, Even Better TOML), derived from the one that imp itself reads by. It is
 * our own derivation and not @valibot/to-json-schema: `configSchema` describes the tree of document.ts, in which every
 * value is wrapped with its place and the alternatives of an entry are chosen by looking at it, and that package knows
 * neither. The dialect is draft-07, with nothing that draft-04 would read differently: taplo goes no further.
 */

export type JsonSchema = { readonly [keyword: string]: JsonSchemaValue };
type JsonSchemaValue = ExampleValue | JsonSchema | readonly JsonSchema[];

/** The JSON Schema of imp.toml. */
export function configJsonSchema(): JsonSchema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "imp.toml",
    description: "Which directories and files imp keeps, and where they are stored.",
    ...schemaOf(configSchema, null),
  };
}

/** Absolute, without `.`, `..` and `//`, as `absolute-path.ts` has it; slashes at the end are fine. `/` is none. */
const pathPattern = String.raw`^(/([^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+))+/*$`;

/** As `model/mode.ts` has it, but for modes that would not settle. */
const modeClause = "[ugoa]*([-+=]([ugo]|[rwxXst]*))+";
const modePattern = `^([0-7]{1,4}|${modeClause}(,${modeClause})*)$`;

/** What texts have to look like, which the types do not tell. */
const patterns: { readonly [Key in KeyName]?: string } = {
  state_dir: pathPattern,
  directory: pathPattern,
  file: pathPattern,
  directories: pathPattern,
  files: pathPattern,
  mode: modePattern,
};

/** The kinds of valibot schemas that `schema.ts` is made of. */
type Part =
  | { readonly type: "string" | "boolean" | "bigint" }
  | { readonly type: "picklist"; readonly options: readonly string[] }
  | { readonly type: "union"; readonly options: readonly v.GenericSchema[] }
  | { readonly type: "array"; readonly item: v.GenericSchema }
  | { readonly type: "exact_optional"; readonly wrapped: v.GenericSchema }
  | { readonly type: "lazy"; readonly getter: (node: unknown) => v.GenericSchema }
  | { readonly type: "record"; readonly value: v.GenericSchema }
  | { readonly type: "object" | "object_with_rest"; readonly entries: v.ObjectEntries }
  | { readonly type: "custom"; readonly pipe: readonly v.GenericSchema[] };

/** @param key the key whose value it is, or whose elements' */
function schemaOf(schema: v.GenericSchema, key: KeyName | null): JsonSchema {
  const part = schema as unknown as Part;
  switch (part.type) {
    case "string": {
      const pattern = key === null ? undefined : patterns[key];
      return { type: "string", ...(pattern === undefined ? {} : { pattern }) };
    }
    case "boolean":
      return { type: "boolean" };
    case "bigint":
      return { type: "integer", minimum: 0 };
    case "picklist":
      return { type: "string", enum: part.options };
    case "union":
      return { anyOf: part.options.map((option) => schemaOf(option, key)) };
    case "array":
      return { type: "array", items: schemaOf(part.item, key) };
    case "exact_optional":
      return schemaOf(part.wrapped, key);
    case "lazy":
      // An entry is a text or a table.
      return {
        anyOf: [{ value: "" }, { value: Object.create(null) }].map((node) =>
          schemaOf(part.getter(node), key),
        ),
      };
    case "record":
      return {
        type: "object",
        patternProperties: { [pathPattern]: schemaOf(part.value, null) },
        additionalProperties: false,
      };
    case "object":
      // A value with its place.
      return schemaOf(part.entries["value"] as v.GenericSchema, key);
    case "object_with_rest":
      return tableOf(part.entries);
    case "custom":
      return schemaOf(part.pipe.at(-1) as v.GenericSchema, key);
  }
}

function tableOf(entries: v.ObjectEntries): JsonSchema {
  const names = Object.keys(entries) as KeyName[];
  const required = names.filter((name) => entries[name]?.type !== "exact_optional");
  return {
    type: "object",
    properties: Object.fromEntries(
      names.map((name) => [
        name,
        { ...annotations(name), ...schemaOf(entries[name] as v.GenericSchema, name) },
      ]),
    ),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function annotations(name: KeyName): JsonSchema {
  const { meaning, more, otherwise, examples } = keyDescriptions[name];
  const first = `${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}.`;
  return {
    description: more === undefined ? first : `${first} ${more}`,
    ...(otherwise !== null && "value" in otherwise ? { default: otherwise.value } : {}),
    examples,
  };
}
