import { whyNoLabel } from "../model/label.ts";
import { type MountOption, mountOptionNames } from "../model/manifest.ts";
import { isMoment } from "../model/moment.ts";
import type { Access, Identity } from "../model/object.ts";
import type { MountOptions } from "../model/plan.ts";
import { leaf, list, nullable, object, type Shape } from "./shape.ts";

/** The shapes of values that several state files hold; what has its shape is safe to act on. */

const optionNames: readonly unknown[] = mountOptionNames;

export const truth = leaf<boolean>("true or false", (value) => typeof value === "boolean");

export const anyText = leaf<string>("a text", (value) => typeof value === "string");

export const someText = leaf<string>(
  "a text that is not empty",
  (value) => typeof value === "string" && value !== "",
);

/** The number of a generation. */
export const ordinal = wholeNumber(1, Number.MAX_SAFE_INTEGER);

export const count = wholeNumber(0, Number.MAX_SAFE_INTEGER);

/** Of a user or a group. */
export const id = wholeNumber(0, 0xfffffffe);

function wholeNumber(least: number, most: number) {
  return leaf<number>(
    `a whole number from ${least} to ${most}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  );
}

export const moment = leaf<string>(
  "a time in ISO 8601, UTC",
  (value) => typeof value === "string" && isMoment(value),
);

export const label = leaf<string>(
  "a label",
  (value) => typeof value === "string" && whyNoLabel(value) === null,
);

/** As a person gave it, so it need not be absolute. */
export const configPath = leaf<string>(
  "a path",
  (value) => typeof value === "string" && value !== "" && isPathText(value),
);

export const path = leaf<string>(
  "an absolute, normal path",
  (value) => typeof value === "string" && isNormalPath(value),
);

export const pathBelowRoot = leaf<string>(
  "an absolute, normal path below `/`",
  (value) => typeof value === "string" && value !== "/" && isNormalPath(value),
);

export const identity: Shape<Identity> = object<Identity>({
  inode: leaf<string>("an inode number", (value) => typeof value === "string" && inodeNumber.test(value)),
  birth: nullable(
    leaf<string>("nanoseconds", (value) => typeof value === "string" && nanoseconds.test(value)),
  ),
});

/** 64 bits, in decimal. */
const inodeNumber = /^\d{1,20}$/;
/** Since the epoch, in decimal. */
const nanoseconds = /^-?\d{1,30}$/;

/** Of a mount. */
export const options: Shape<MountOptions> = list(
  leaf<MountOption>(mountOptionNames.join(" or "), (value) => optionNames.includes(value)),
);

export const access: Shape<Access> = object<Access>({ uid: id, gid: id, mode: wholeNumber(0, 0o7777) });

/** True for an absolute path without `.`, `..`, doubled or trailing slashes and NUL; `/` is one. */
export function isNormalPath(text: string): boolean {
  if (!text.startsWith("/") || !isPathText(text)) return false;
  return text === "/" || !hasEmptyOrDots(text);
}

/** Most paths have no hidden name, and need no regular expression to tell. */
function hasEmptyOrDots(text: string): boolean {
  if (text.endsWith("/") || text.includes("//")) return true;
  return text.includes("/.") && dots.test(text);
}

const dots = /\/\.{1,2}(?:\/|$)/;

/** True for what the kernel could take for a path. */
function isPathText(text: string): boolean {
  return !text.includes("\0") && (text.isWellFormed() || !strangeSurrogate.test(text));
}

/** Lone surrogates stand for bytes that are not UTF-8 (see `linux/path-encoding.ts`); other ones stand for nothing. */
const strangeSurrogate =
  /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udc7f\udd00-\udfff]/;
