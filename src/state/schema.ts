import type { GenerationSummary } from "../model/generation.ts";
import { whyNoLabel } from "../model/label.ts";
import { isUsualMoment } from "../model/moment.ts";
import type { Access, Identity } from "../model/object.ts";
import * as v from "./form.ts";
import { isConfigPath, isNormalPath } from "./normal-path.ts";
import { isUsualSummary } from "./usual.ts";
import { inodeNumber, nanoseconds } from "./usual-values.ts";

/** The forms of what the state files hold; a value that fits is safe to act on. */

type Schema<T> = v.Form<T>;

export const largestId = 0xfffffffe;

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

export const labelSchema: Schema<string> = v.pipe(
  v.string(),
  v.check((text) => whyNoLabel(text) === null, "not a label"),
);

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
