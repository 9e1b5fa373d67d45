import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Ajv } from "ajv";
import fc from "fast-check";
import { getStaticTOMLValue, parseTOML } from "toml-eslint-parser";
import kept from "../../docs/imp.schema.json";
import { toml } from "../../scripts/manual/imp-toml.ts";
import { parseMode } from "../model/mode.ts";
import { readPath } from "./absolute-path.ts";
import { configJsonSchema } from "./json-schema.ts";
import { type ExampleValue, keyDescriptions, placesOf } from "./key-descriptions.ts";
import { problemsOf, read } from "./reading.fixture.ts";
import { keyHomes } from "./schema.ts";

const root = join(import.meta.dir, "../..");
const validate = new Ajv({ strict: true, allErrors: true }).compile(configJsonSchema());

function accepts(text: string): boolean {
  return validate(getStaticTOMLValue(parseTOML(text)));
}

const entry = (text: string) => `[persistence."/p"]\nfiles = [${text}]`;

/** Wrong for both, the schema and imp. */
const wrong = [
  "bakcup = true",
  'backup = "yes"',
  'state_dir = "relative"',
  'state_dir = "/a/../b"',
  "persistence = 1",
  '[persistence."relative"]\nfiles = ["/a"]',
  '[persistence."/p"]\nhide_mounts = true',
  '[persistence."/p"]\nstate_dir = "/s"',
  '[persistence."/p"]\nmethod = "copy"',
  '[persistence."/p"]\noptions = ["rw"]',
  '[persistence."/p"]\noptions = "ro"',
  '[persistence."/p"]\ndirectories = "/a"',
  '[persistence."/p"]\ndirectories = [1]',
  '[persistence."/p"]\ndirectories = [{ directory = "/a", method = "bind" }]',
  '[persistence."/p"]\ndirectories = [{ mode = "0700" }]',
  entry('"a"'),
  entry('"/a//b"'),
  entry('"/./a"'),
  entry('"~/a"'),
  entry("{}"),
  entry('{ directory = "/a" }'),
  entry('{ file = "/a", mode = 750 }'),
  entry('{ file = "/a", mode = "0789" }'),
  entry('{ file = "/a", mode = "rwx" }'),
  entry('{ file = "/a", user = 1.5 }'),
  entry('{ file = "/a", user = -1 }'),
  entry('{ file = "/a", parentDirectory = "/b" }'),
  entry('{ file = "/a", parentDirectory = { file = "/b" } }'),
];

describe("the JSON Schema of imp.toml", () => {
  test("is the one in docs/", () => {
    // When this fails: dist/imp schema > docs/imp.schema.json && npm run format
    expect(JSON.parse(JSON.stringify(configJsonSchema()))).toEqual(kept);
  });

  test("accepts the example", async () => {
    expect(accepts(await Bun.file(join(root, "imp.toml")).text())).toBe(true);
  });

  test.each(wrong)("refuses what imp refuses: %s", (text) => {
    expect(problemsOf(text)).not.toEqual([]);
    expect(accepts(text)).toBe(false);
  });

  test("agrees with imp on paths", () => {
    const text = fc.string({ unit: fc.constantFrom("/", ".", "a", "ä", " ", "\n"), maxLength: 8 });
    fc.assert(
      fc.property(text, (path) => {
        const reading = readPath(path);
        const isGood = reading.kind === "path" && reading.path !== "/";
        expect(validate({ state_dir: path })).toBe(isGood);
      }),
      { numRuns: 3000 },
    );
  });

  test("agrees with imp on modes, but for those that would not settle", () => {
    const text = fc.string({ unit: fc.constantFrom(..."ugoarwxXst+-=,0178"), maxLength: 7 });
    fc.assert(
      fc.property(text, (mode) => {
        const parsed = parseMode(mode);
        if (parsed.kind === "invalid" && parsed.reason.includes("a second time")) return;
        const config = { persistence: { "/p": { files: [{ file: "/a", mode }] } } };
        expect(validate(config)).toBe(parsed.kind !== "invalid");
      }),
      { numRuns: 3000 },
    );
  });
});

describe("the description of a key", () => {
  test.each(Object.entries(keyDescriptions))("%s has examples that imp and the schema take", (name, key) => {
    for (const example of key.examples) {
      const config = inItsPlace(name, example);
      expect(validate(config)).toBe(true);
      expect(() => read(asToml(config))).not.toThrow();
    }
    if (key.otherwise !== null && "value" in key.otherwise) {
      expect(validate(inItsPlace(name, key.otherwise.value))).toBe(true);
    }
  });

  test("is there for every key, and no other", () => {
    const keys = new Set(keyHomes.flatMap(({ keys }) => keys));
    expect(new Set(Object.keys(keyDescriptions))).toEqual(keys);
  });
});

/** A configuration that has the key where it can stand. */
function inItsPlace(name: string, value: ExampleValue): object {
  const [place] = placesOf(name);
  if (place === "top") return { [name]: value };
  if (place === "root") return { persistence: { "/p": { [name]: value } } };
  if (place === "directory") return { persistence: { "/p": { directories: [{ [name]: value }] } } };
  return { persistence: { "/p": { files: [{ file: "/a", [name]: value }] } } };
}

function asToml(config: object): string {
  return Object.entries(config)
    .map(([key, value]) => `${key} = ${toml(value)}\n`)
    .join("");
}
