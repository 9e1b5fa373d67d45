import { type ExampleValue, keyDescriptions } from "./key-descriptions.ts";
import { configShape, type KeyName, type Shape, type TableShape } from "./schema.ts";

/*
 * The schema of imp.toml for editors (taplo, Even Better TOML), derived from the one that imp itself reads by. The dialect
 * is draft-07, with nothing that draft-04 would read differently: taplo goes no further.
 */

export type JsonSchema = { readonly [keyword: string]: JsonSchemaValue };
type JsonSchemaValue = ExampleValue | JsonSchema | readonly JsonSchema[];

/** The JSON Schema of imp.toml. */
export function configJsonSchema(): JsonSchema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "imp.toml",
    description: "Which directories and files imp keeps, and where they are stored.",
    ...tableOf(configShape),
  };
}

/** Absolute, without `.`, `..` and `//`, as `absolute-path.ts` has it; slashes at the end are fine. `/` is none. */
const pathPattern = String.raw`^(/([^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+))+/*$`;

/** As `model/mode.ts` has it, but for modes that would not settle. */
const modeClause = "[ugoa]*([-+=]([ugo]|[rwxXst]*))+";
const modePattern = `^([0-7]{1,4}|${modeClause}(,${modeClause})*)$`;

function schemaOf(shape: Shape): JsonSchema {
  switch (shape.kind) {
    case "path":
      return { type: "string", pattern: pathPattern };
    case "mode":
      return { type: "string", pattern: modePattern };
    case "flag":
      return { type: "boolean" };
    case "principal":
      return { anyOf: [{ type: "string" }, { type: "integer", minimum: 0 }] };
    case "choice":
      return { type: "string", enum: shape.words };
    case "list":
      return { type: "array", items: schemaOf(shape.item) };
    case "entry":
      return { anyOf: [{ type: "string", pattern: pathPattern }, tableOf(shape.table)] };
    case "roots":
      return {
        type: "object",
        patternProperties: { [pathPattern]: tableOf(shape.root) },
        additionalProperties: false,
      };
    case "table":
      return tableOf(shape);
  }
}

function tableOf({ keys, required }: TableShape): JsonSchema {
  const properties = Object.entries(keys).map(([name, shape]) => [
    name,
    { ...annotations(name as KeyName), ...schemaOf(shape) },
  ]);
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    ...(required === undefined ? {} : { required: [required] }),
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
