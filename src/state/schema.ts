import type { Effect, GenerationSummary, Identity } from "../model/generation.ts";
import { whyNoLabel } from "../model/label.ts";
import {
  type Entry,
  type Manifest,
  mountOptionNames,
  type Ownership,
  type Principal,
} from "../model/manifest.ts";
import { parseMode } from "../model/mode.ts";
import { isUsualMoment } from "../model/moment.ts";
import type { Access } from "../model/observation.ts";
import * as v from "./form.ts";

/** The forms of what the state files hold; a value that fits is safe to act on. */

type Schema<T> = v.Form<T>;

const largestId = 0xfffffffe;

/** Lone surrogates stand for bytes that are not UTF-8 (see `linux/bytes.ts`); other ones stand for nothing. */
const strangeSurrogate =
  /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udc7f\udd00-\udfff]/;

/** True for an absolute path without `.`, `..`, doubled or trailing slashes and NUL; `/` is one. */
export function isNormalPath(path: string): boolean {
  if (!path.startsWith("/") || path.includes("\0") || isStrange(path)) return false;
  return path === "/" || !emptyOrDots.test(path);
}

/** A name that is empty, `.` or `..`. */
const emptyOrDots = /\/\.{0,2}(?:\/|$)/;

function isStrange(text: string): boolean {
  return !text.isWellFormed() && strangeSurrogate.test(text);
}

const pathSchema: Schema<string> = v.pipe(v.string(), v.check(isNormalPath, "not an absolute, normal path"));

export const pathBelowRoot: Schema<string> = v.pipe(
  v.string(),
  v.check((path) => isNormalPath(path) && path !== "/", "not an absolute, normal path below `/`"),
);

/** The number of a generation. */
export const numberSchema: Schema<number> = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

export const countSchema: Schema<number> = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const utc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

function isTime(text: string): boolean {
  return isUsualMoment(text) || (utc.test(text) && !Number.isNaN(Date.parse(text)));
}

export const timeSchema: Schema<string> = v.pipe(v.string(), v.check(isTime, "not a time in ISO 8601, UTC"));

/** As a person gave it, so it need not be absolute. */
export const configPathSchema: Schema<string> = v.pipe(
  v.string(),
  v.minLength(1),
  v.check(isConfigPath, "not a path"),
);

function isConfigPath(path: string): boolean {
  return !path.includes("\0") && !isStrange(path);
}

export const labelSchema: Schema<string> = v.pipe(
  v.string(),
  v.check((text) => whyNoLabel(text) === null, "not a label"),
);

const principalSchema: Schema<Principal> = v.strictObject({
  name: v.pipe(v.string(), v.minLength(1)),
  id: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(largestId)),
});

/** Thousands of entries share a few modes, and reading one takes a while. */
const knownModes = new Set<string>();

function isMode(text: string): boolean {
  if (knownModes.has(text)) return true;
  if (parseMode(text).kind === "invalid") return false;
  knownModes.add(text);
  return true;
}

const ownership = {
  user: v.exactOptional(principalSchema),
  group: v.exactOptional(principalSchema),
  mode: v.exactOptional(v.pipe(v.string(), v.check(isMode, "not a mode"))),
};

const ownershipSchema: Schema<Ownership> = v.strictObject(ownership);

const entryBase = {
  ...ownership,
  root: pathSchema,
  target: pathBelowRoot,
  source: pathBelowRoot,
  backup: v.boolean(),
  createParents: v.boolean(),
  createSources: v.boolean(),
  parentDirectory: v.exactOptional(ownershipSchema),
  place: v.strictObject({ line: numberSchema, column: numberSchema, length: countSchema }),
};

const mounted = { options: v.array(v.picklist(mountOptionNames)), hidden: v.boolean() };

const entrySchema: Schema<Entry> = v.variant([
  v.kind("directory", { ...entryBase, ...mounted }),
  v.kind("linked-file", { ...entryBase, adoptReplaced: v.exactOptional(v.boolean()) }),
  v.kind("bound-file", { ...entryBase, ...mounted }),
]);

export const manifestSchema: Schema<Manifest> = v.strictObject({
  entries: v.pipe(
    v.array(entrySchema),
    v.check(
      (entries) => new Set(entries.map((entry) => entry.target)).size === entries.length,
      "a target twice",
    ),
  ),
});

export const identitySchema: Schema<Identity> = v.strictObject({
  inode: v.pipe(v.string(), v.regex(/^\d{1,20}$/)),
  birth: v.nullable(v.pipe(v.string(), v.regex(/^-?\d{1,30}$/))),
});

const idSchema: Schema<number> = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(largestId));

export const accessSchema: Schema<Access> = v.strictObject({
  uid: idSchema,
  gid: idSchema,
  mode: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(0o7777)),
});

export const effectSchema: Schema<Effect> = v.variant([
  v.kind("backup", { target: pathBelowRoot, backup: pathBelowRoot }),
  v.kind("created-directory", { path: pathBelowRoot, identity: identitySchema }),
  v.kind("created-file", { path: pathBelowRoot, identity: identitySchema }),
  v.kind("replaced-file", { target: pathBelowRoot, access: accessSchema }),
  v.kind("holds-links", { path: pathSchema, identity: identitySchema }),
  v.kind("found", { target: pathBelowRoot }),
]);

export const anySummarySchema: Schema<GenerationSummary> = v.strictObject({
  number: numberSchema,
  createdAt: timeSchema,
  configPath: configPathSchema,
  label: v.exactOptional(labelSchema),
  entries: countSchema,
});

/** {@link anySummarySchema}, in a third of the time for most: an index has a thousand of them. */
export const summarySchema: Schema<GenerationSummary> = (value) =>
  isUsualSummary(value) ? value : anySummarySchema(value);

/** True only for what fits; false says nothing. */
function isUsualSummary(value: unknown): value is GenerationSummary {
  if (typeof value !== "object" || value === null) return false;
  let fields = 0;
  for (const _ in value) fields += 1;
  if (fields !== 4) return false;
  const { number, createdAt, configPath, entries } = value as Partial<Record<string, unknown>>;
  return (
    Number.isSafeInteger(number) &&
    Number(number) >= 1 &&
    typeof createdAt === "string" &&
    isUsualMoment(createdAt) &&
    typeof configPath === "string" &&
    configPath !== "" &&
    isConfigPath(configPath) &&
    Number.isSafeInteger(entries) &&
    Number(entries) >= 0
  );
}
