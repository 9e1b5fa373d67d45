import { describe, expect, test } from "bun:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import schema from "../../../docs/json.schema.json";
import { exportMounts } from "../../boot/export.ts";
import { differencesBetween } from "../../model/difference.ts";
import { emptyIndex } from "../../model/generation.ts";
import type { Problem } from "../../model/problem.ts";
import { changeJson } from "./change.ts";
import { currentJson } from "./current.ts";
import { deleteJson } from "./delete.ts";
import { diffJson } from "./diff.ts";
import { exportJson } from "./export.ts";
import { failureJson, type JsonObject, withWarnings } from "./json.ts";
import { listJson } from "./list.ts";
import {
  boundFile,
  detailedDirectory,
  directory,
  emptyPlan,
  everyStep,
  generation,
  index,
  linkedFile,
} from "./samples.fixture.ts";
import { serviceJson } from "./service.ts";
import { showJson } from "./show.ts";
import { verifyJson } from "./verify.ts";

const validator = new Ajv2020({
  strict: true,
  allErrors: true,
  allowUnionTypes: true,
  formats: { "date-time": true },
});
validator.addSchema(schema, "imp");

/** What is wrong with an object by one of the schema's definitions, or by all of them together. */
function errors(object: unknown, definition?: keyof typeof schema.$defs): unknown {
  const validate = validator.getSchema(definition === undefined ? "imp" : `imp#/$defs/${definition}`);
  if (validate === undefined) throw new Error(`there is no ${definition}`);
  return validate(object) === true ? [] : validate.errors;
}

const problem: Problem = {
  severity: "warning",
  message: "m",
  place: { file: "/f", line: 1, column: 2, length: 3, generation: 4 },
  excerpt: "x",
  help: "h",
};
const remark = { serves: "/a", message: "m", help: "h" };
const plan = {
  ...everyStep,
  conflicts: [{ serves: "/a", message: "m" }],
  notices: [remark],
  findings: [{ serves: "/a", kind: "unknown", message: "m" } as const],
};
const change = {
  dryRun: false,
  generation: 3,
  previous: null,
  wanted: { entries: [] },
  plan: emptyPlan,
  leftOut: [],
};
const differences = differencesBetween(
  { entries: [directory, linkedFile] },
  { entries: [{ ...detailedDirectory, target: "/var/log" }, boundFile] },
);

const exported = exportMounts("fstab", [{ ...directory, what: "directory" }], [linkedFile]);
const installed = {
  unit: "/etc/systemd/system/imp.service",
  service: { executable: "/usr/local/bin/imp", stateDirectory: "/persist/imp" },
  enabled: true,
  upToDate: true,
  lastRun: { kind: "failed", result: "exit-code" },
} as const;
const notInstalled = { service: null, enabled: false, upToDate: null, lastRun: { kind: "unknown" } } as const;

const objects: readonly (readonly [keyof typeof schema.$defs, JsonObject])[] = [
  ["list", listJson(index)],
  ["list", listJson(emptyIndex)],
  ["show", showJson(generation)],
  ["current", currentJson(index.generations[0] ?? null)],
  ["current", currentJson(null)],
  ["diff", diffJson(differences, { from: 1, to: "configuration" })],
  ["diff", diffJson([], { from: "nothing", to: 2 })],
  ["delete", deleteJson([1, 2])],
  ["delete", deleteJson([])],
  ["change", changeJson({ ...change, command: "apply" })],
  ["change", changeJson({ ...change, command: "switch", dryRun: true, generation: null, plan })],
  ["change", changeJson({ ...change, command: "rollback", previous: 4 })],
  ["change", changeJson({ ...change, command: "restore" })],
  ["change", changeJson({ ...change, command: "restore", leftOut: plan.conflicts })],
  ["service", serviceJson("print", { units: [{ name: "imp.service", text: "[Unit]\n" }] })],
  ["service", serviceJson("install", { units: [{ unit: "/u", change: "written" }] })],
  ["service", serviceJson("uninstall", { units: [{ unit: "/u", change: "removed" }] })],
  ["service", serviceJson("status", { ...installed, ok: true })],
  ["service", serviceJson("status", { ...installed, ...notInstalled, ok: false })],
  ["export", exportJson(3, "fstab", exported)],
  ["export", exportJson(3, "systemd", { files: [], unfit: ["/x\n"] })],
  ["verify", verifyJson({ generation: 3, entries: 4, plan })],
  ["verify", verifyJson({ generation: 3, entries: 4, plan: emptyPlan })],
  ["failure", failureJson("apply", 1, [problem, { severity: "error", message: "m" }])],
  ["failure", failureJson(null, 2, [])],
];

describe("what --json prints", () => {
  test.each([...objects])("is as the schema has it: %s", (definition, object) => {
    // What is printed counts, so no `undefined` gets away.
    const printed = JSON.parse(JSON.stringify(withWarnings(object, [problem])));
    expect(printed).toMatchObject(object);
    expect(errors(printed, definition)).toEqual([]);
    expect(errors(printed)).toEqual([]);
  });

  test("is refused by the schema if something is added, missing or of another type", () => {
    expect(errors({ ...withWarnings(listJson(index), []), more: 1 }, "list")).not.toEqual([]);
    expect(errors({ ok: true, command: "list", active: 1, previous: null }, "list")).not.toEqual([]);
    expect(errors({ ...withWarnings(currentJson(null), []), generation: 3 }, "current")).not.toEqual([]);
  });

  test("keeps bytes that are not UTF-8", () => {
    const odd = { ...generation, configPath: "/\udcff" };
    expect(JSON.stringify(showJson(odd))).toContain('"/\\udcff"');
  });
});

describe("docs/json.md", async () => {
  const text = await Bun.file(`${import.meta.dir}/../../../docs/json.md`).text();
  const examples = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, example = ""]) =>
    JSON.parse(example),
  );

  test("has an example for every kind of object, and each is as the schema has it", () => {
    expect(examples.length).toBeGreaterThanOrEqual(9);
    for (const example of examples) expect(errors({ warnings: [], ...example })).toEqual([]);
  });

  test("names every field and every fixed value of the schema", () => {
    const named = new Set([...text.matchAll(/[\w-]+/g)].map(([word]) => word));
    const missing = Object.values(schema.$defs).flatMap((definition) => {
      if (!("properties" in definition)) return [];
      const values = Object.values(definition.properties).flatMap((property) =>
        "enum" in property ? property.enum : [],
      );
      return [...Object.keys(definition.properties), ...values.map(String)].filter(
        (word) => !word.split(".").every((part) => named.has(part)),
      );
    });
    expect(missing).toEqual([]);
  });
});
