import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { getStaticTOMLValue, parseTOML } from "toml-eslint-parser";
import jsonSchema from "../../docs/json.schema.json";
import type { Accounts } from "../../src/config/accounts.ts";
import { configJsonSchema } from "../../src/config/json-schema.ts";
import { readPlaced } from "../../src/config/read-placed.ts";
import { keyHomes } from "../../src/config/schema.ts";
import { Failure } from "../../src/model/problem.ts";
import type { Complaint, Markdown, Passage } from "./markdown.ts";

/** A machine where everybody has an account. */
const everybody: Accounts = { user: (name) => ({ name, id: 1 }), group: (name) => ({ name, id: 1 }) };

const isConfiguration = new Ajv({ strict: true }).compile(configJsonSchema());
const isAnswer = new Ajv2020({
  strict: true,
  allowUnionTypes: true,
  formats: { "date-time": true },
}).compile(jsonSchema);

/** Holds configurations against imp's own reader and the schema for editors, and JSON against what `--json` prints. */
export function checkConfigurations({ blocks }: Markdown): Complaint[] {
  return [
    ...blocks.filter(({ language }) => language === "toml").flatMap(checkConfiguration),
    ...blocks.filter(({ language }) => language === "" || language === "console").flatMap(checkShownFiles),
    ...blocks.filter(({ language }) => language === "json").flatMap(checkAnswer),
  ];
}

/** What follows `$ cat …/imp.toml` in a block, up to the next prompt. */
function checkShownFiles({ line, text }: Passage): Complaint[] {
  const lines = text.split("\n");
  return lines.flatMap((command, index) => {
    if (!/^\$ (?:sudo )?cat \S*imp\.toml$/.test(command)) return [];
    const rest = lines.slice(index + 1);
    const end = rest.findIndex((other) => other.startsWith("$ "));
    const content = rest.slice(0, end === -1 ? rest.length : end).join("\n");
    return checkConfiguration({ line: line + index + 1, text: content });
  });
}

function checkConfiguration({ line, text }: Passage): Complaint[] {
  const header = isPartOfRoot(text) ? '[persistence."/mnt/persist/system"]\n' : "";
  const offset = line - 1 - (header === "" ? 0 : 1);
  try {
    readPlaced(header + text, "imp.toml", everybody);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.problems.map(({ message, place }) => ({ line: offset + (place?.line ?? 1), message }));
  }
  if (isConfiguration(getStaticTOMLValue(parseTOML(header + text)))) return [];
  const [mistake] = isConfiguration.errors ?? [];
  return [{ line, message: `the JSON Schema refuses it: ${mistake?.instancePath} ${mistake?.message}` }];
}

/** A document may show only what stands in a table of a root. */
function isPartOfRoot(text: string): boolean {
  const [first = ""] = text.split("\n").filter((content) => /^\s*[[\w]/.test(content));
  const key = /^\s*(\w+)\s*=/.exec(first)?.[1] ?? "";
  const has = (place: string) => keyHomes.some((home) => home.place === place && home.keys.includes(key));
  return has("root") && !has("top");
}

function checkAnswer({ line, text }: Passage): Complaint[] {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    return [{ line, message: `no valid JSON: ${error instanceof Error ? error.message : error}` }];
  }
  if (typeof answer !== "object" || answer === null || !("ok" in answer)) return [];
  // The examples leave out what is empty, as docs/json.md says.
  if (isAnswer({ warnings: [], ...answer })) return [];
  const command = "command" in answer ? String(answer.command) : "?";
  const mistakes = (isAnswer.errors ?? []).filter(
    ({ keyword }) => keyword !== "anyOf" && keyword !== "const",
  );
  const [mistake] = mistakes;
  return [
    { line, message: `not as the schema has it (${command}): ${mistake?.instancePath} ${mistake?.message}` },
  ];
}
