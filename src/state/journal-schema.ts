import type { Step, Tidying } from "../model/plan.ts";
import * as v from "./form.ts";
import { areOptions, optionsSchema } from "./options-schema.ts";
import { accessSchema, countSchema, identitySchema, pathBelowRoot } from "./schema.ts";
import { countFields, isSmallCount, type Unknown } from "./usual.ts";
import { isBelowRoot, isIdentity, isJoined, isUsualAccess } from "./usual-values.ts";

/** The forms of the steps in a journal: root acts on them, so each has to fit. */

const hidden = v.boolean();
const mountedSchema = v.strictObject({ source: pathBelowRoot, options: optionsSchema, hidden });
const textSchema = v.pipe(v.string(), v.minLength(1));
const role = v.picklist(["source", "target"]);
const what = v.picklist(["directory", "file"]);

const serves = pathBelowRoot;
const path = pathBelowRoot;
const aside = pathBelowRoot;
const backup = pathBelowRoot;
const target = pathBelowRoot;
const source = pathBelowRoot;
const identity = identitySchema;
const access = accessSchema;
const options = optionsSchema;
const mountId = countSchema;
const text = textSchema;

function step<const Kind extends string, const Fields extends v.ObjectEntries>(kind: Kind, fields: Fields) {
  return v.kind(kind, { serves, ...fields });
}

/** Any step; see {@link stepSchema}. */
export const anyStepSchema: v.Form<Step> = v.variant([
  step("create-directory", { path, access, role }),
  step("create-file", { path, access, role }),
  step("copy-source", { from: path, to: path, what }),
  step("adopt-file", { from: path, to: path, aside, backup, identity, sourceIdentity: identity, access }),
  step("set-access", { path, from: access, to: access }),
  step("back-up", { path, backup, identity }),
  step("put-back", { path, backup, identity }),
  step("mount", { target, source, options, hidden }),
  step("replace-mount", { target, mountId, from: mountedSchema, to: mountedSchema }),
  step("set-mount-options", { target, mountId, from: options, to: options }),
  step("set-hidden", { target, mountId, source, hidden }),
  step("unmount", { target, mountId, source, options, hidden }),
  step("link", { path, text }),
  step("replace-link", { path, from: text, to: text, aside }),
  step("exchange-for-link", { path, text, backup, identity }),
  step("replace-file", { path, text, aside, identity, access }),
  step("unlink", { path, text }),
  step("unlink-to-copy", { path, text, from: path, access, aside }),
  step("set-aside", { what, path, aside, identity }),
]);

/** {@link anyStepSchema}, in a fraction of the time for most: a journal may hold thousands of them. */
export const stepSchema: v.Form<Step> = (value) => (isUsualStep(value) ? value : anyStepSchema(value));

type Kind<K extends Step["kind"]> = Extract<Step, { kind: K }>;
type UsualStep = Kind<"create-directory" | "create-file" | "mount" | "unmount" | "link" | "unlink">;
type Fields<K extends UsualStep["kind"]> = Omit<Kind<K>, "kind">;
type AnyUsual = Pick<UsualStep, "kind"> & Fields<"unmount"> & Fields<"link"> & Fields<"create-file">;

/** True only for what fits; false says nothing. */
function isUsualStep(value: unknown): value is UsualStep {
  if (typeof value !== "object" || value === null) return false;
  const one: Unknown<AnyUsual> = value;
  const { kind, serves } = one;
  if (!isTarget(serves)) return false;
  switch (kind) {
    case "mount":
      return isMount(one, serves) && countFields(one) === 6;
    case "unmount":
      return isMount(one, serves) && isSmallCount(one.mountId) && countFields(one) === 7;
    case "link":
    case "unlink":
      return isNear(one.path, serves) && isText(one.text) && countFields(one) === 4;
    case "create-directory":
    case "create-file":
      if (one.role !== "source" && one.role !== "target") return false;
      return isNear(one.path, serves) && isUsualAccess(one.access) && countFields(one) === 5;
    default:
      return false;
  }
}

function isMount({ target, source, options, hidden }: Unknown<AnyUsual>, serves: string): boolean {
  if (target !== serves || typeof hidden !== "boolean" || !areOptions(options)) return false;
  return isNear(source, serves);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

/** Two that fit: the target that the step before serves, and the root that its source is in. */
let knownTarget = "/-";
let knownRoot = "/-";

function isTarget(path: unknown): path is string {
  if (path === knownTarget) return true;
  if (!isBelowRoot(path)) return false;
  knownTarget = path;
  return true;
}

/** True for a path below the root; quickly for the target itself, and for the source of it. */
function isNear(path: unknown, target: string): boolean {
  if (path === target) return true;
  if (typeof path === "string" && isJoined(path, knownRoot, target)) return true;
  if (!isBelowRoot(path)) return false;
  // What stands before a slash in a normal path is one.
  if (path.length > target.length && path.endsWith(target)) knownRoot = path.slice(0, -target.length);
  return true;
}

/** Any tidying; see {@link tidyingSchema}. */
export const anyTidyingSchema: v.Form<Tidying> = v.variant([
  step("remove-directory", { path, identity }),
  step("remove-file", { path, identity }),
  step("discard-file", { path, identity, sameAs: path }),
]);

/** {@link anyTidyingSchema}, in a fraction of the time for most: each mount point may have been created. */
export const tidyingSchema: v.Form<Tidying> = (value) =>
  isUsualTidying(value) ? value : anyTidyingSchema(value);

/** True only for what fits; false says nothing. */
function isUsualTidying(value: unknown): value is Tidying {
  if (typeof value !== "object" || value === null) return false;
  const one: Unknown<Tidying> = value;
  if (one.kind !== "remove-directory" || !isTarget(one.serves) || !isNear(one.path, one.serves)) return false;
  return isIdentity(one.identity) && countFields(one) === 4;
}
