import type { GenerationSummary, Identity } from "../model/generation.ts";
import { whyNoLabel } from "../model/label.ts";
import { isUsualMoment } from "../model/moment.ts";
import type { Access } from "../model/observation.ts";
import * as v from "./form.ts";

/** The forms of what the state files hold; a value that fits is safe to act on. */

type Schema<T> = v.Form<T>;

export const largestId = 0xfffffffe;

/** Lone surrogates stand for bytes that are not UTF-8 (see `linux/bytes.ts`); other ones stand for nothing. */
const strangeSurrogate =
  /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udc7f\udd00-\udfff]/;

/** True for an absolute path without `.`, `..`, doubled or trailing slashes and NUL; `/` is one. */
export function isNormalPath(path: string): boolean {
  return plainPath.test(path) || isAnyNormalPath(path);
}

/** Most normal paths, told by one call: names of plain characters, which have a letter at their start or behind a dot. */
const plainPath = /^(?:\/\.?[\w-][\w.@+: -]*)+$/;

/** {@link isNormalPath}, for whatever characters. */
export function isAnyNormalPath(path: string): boolean {
  if (!path.startsWith("/") || path.includes("\0") || isStrange(path)) return false;
  return path === "/" || !emptyOrDots.test(path);
}

/** A name that is empty, `.` or `..`. */
const emptyOrDots = /\/\.{0,2}(?:\/|$)/;

function isStrange(text: string): boolean {
  return !text.isWellFormed() && strangeSurrogate.test(text);
}

export const pathSchema: Schema<string> = v.pipe(
  v.string(),
  v.check(isNormalPath, "not an absolute, normal path"),
);

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

const inodeNumber = /^\d{1,20}$/;
const nanoseconds = /^-?\d{1,30}$/;

export const identitySchema: Schema<Identity> = v.strictObject({
  inode: v.pipe(v.string(), v.regex(inodeNumber)),
  birth: v.nullable(v.pipe(v.string(), v.regex(nanoseconds))),
});

const idSchema: Schema<number> = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(largestId));

export const accessSchema: Schema<Access> = v.strictObject({
  uid: idSchema,
  gid: idSchema,
  mode: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(0o7777)),
});

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
  // Without calls: with a thousand of them each one counts.
  let fields = 0;
  for (const _ in value) fields += 1;
  if (fields !== 4) return false;
  const { number, createdAt, configPath, entries }: Unknown<GenerationSummary> = value;
  if (typeof number !== "number" || (number | 0) !== number || number < 1) return false;
  if (typeof entries !== "number" || (entries | 0) !== entries || entries < 0) return false;
  if (typeof createdAt !== "string" || !isUsualMoment(createdAt)) return false;
  return configPath === knownConfigPath || isNewConfigPath(configPath);
}

/** Fields that may lack, and be anything. */
export type Unknown<T> = { readonly [Key in keyof T]?: unknown };

/** One that fits: that of the generation before, which mostly had the same. */
let knownConfigPath = "/";

function isNewConfigPath(path: unknown): boolean {
  if (typeof path !== "string" || path === "" || !isConfigPath(path)) return false;
  knownConfigPath = path;
  return true;
}

/** For quick looks: how many fields the object has. */
export function countFields(value: object): number {
  let fields = 0;
  for (const _ in value) fields += 1;
  return fields;
}

/** For quick looks: true only for whole numbers from 0 that fit into 31 bits. */
export function isSmallCount(value: unknown): value is number {
  return typeof value === "number" && (value | 0) === value && value >= 0;
}

/** For quick looks: as {@link pathBelowRoot}. */
export function isBelowRoot(path: unknown): path is string {
  return typeof path === "string" && path !== "/" && isNormalPath(path);
}

/** For quick looks: true if it is one of these paths with the other behind it. Of two normal ones, that is one, too. */
export function isJoined(path: string, root: string, below: string): boolean {
  if (root === "/" || path.length !== root.length + below.length) return false;
  return path.startsWith(root) && path.endsWith(below);
}

/** For quick looks: as {@link identitySchema}. */
export function isIdentity(value: unknown): value is Identity {
  if (typeof value !== "object" || value === null || countFields(value) !== 2) return false;
  const { inode, birth }: Unknown<Identity> = value;
  if (typeof inode !== "string" || !inodeNumber.test(inode)) return false;
  return birth === null || (typeof birth === "string" && nanoseconds.test(birth));
}

/** For quick looks: as {@link accessSchema}, for most users. */
export function isUsualAccess(value: unknown): value is Access {
  if (typeof value !== "object" || value === null || countFields(value) !== 3) return false;
  const { uid, gid, mode }: Unknown<Access> = value;
  return isSmallCount(uid) && isSmallCount(gid) && isSmallCount(mode) && mode <= 0o7777;
}
