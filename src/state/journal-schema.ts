import * as v from "valibot";
import { mountOptionNames } from "../model/manifest.ts";
import type { Step, Tidying } from "../model/plan.ts";
import { accessSchema, countSchema, identitySchema, pathBelowRoot } from "./schema.ts";

/** The forms of the steps in a journal: root acts on them, so each has to fit. */

const optionsSchema = v.array(v.picklist(mountOptionNames));
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
  return v.strictObject({ kind: v.literal(kind), serves, ...fields });
}

export const stepSchema: v.GenericSchema<unknown, Step> = v.variant("kind", [
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

export const tidyingSchema: v.GenericSchema<unknown, Tidying> = v.variant("kind", [
  step("remove-directory", { path, identity }),
  step("remove-file", { path, identity }),
  step("discard-file", { path, identity, sameAs: path }),
]);
