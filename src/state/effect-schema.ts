import type { Effect } from "../model/generation.ts";
import * as v from "./form.ts";
import { accessSchema, identitySchema, pathBelowRoot, pathSchema } from "./schema.ts";
import { isUsualEffect } from "./usual-effect.ts";

/** The forms of what imp did to make room, which it may take away again. */

export const anyEffectSchema: v.Form<Effect> = v.variant([
  v.kind("backup", { target: pathBelowRoot, backup: pathBelowRoot }),
  v.kind("created-directory", { path: pathBelowRoot, identity: identitySchema }),
  v.kind("created-file", { path: pathBelowRoot, identity: identitySchema }),
  v.kind("replaced-file", { target: pathBelowRoot, access: accessSchema }),
  v.kind("holds-links", { path: pathSchema, identity: identitySchema }),
  v.kind("found", { target: pathBelowRoot }),
]);

/** {@link anyEffectSchema}, in a fraction of the time for most: on a root that was empty, each entry has one. */
export const effectSchema: v.Form<Effect> = (value) =>
  isUsualEffect(value) ? value : anyEffectSchema(value);
