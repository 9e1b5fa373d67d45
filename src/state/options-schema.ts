import { mountOptionNames } from "../model/manifest.ts";
import type { MountOptions } from "../model/plan.ts";
import * as v from "./form.ts";

/** The form of the options of a mount, of which each entry and each step about a mount has a list. */

export const optionsSchema: v.Form<MountOptions> = v.array(v.picklist(mountOptionNames));

/** For quick looks: as {@link optionsSchema}. */
export function areOptions(value: unknown): value is MountOptions {
  if (!Array.isArray(value)) return false;
  for (let index = 0; index < value.length; index += 1) {
    if (!mountOptionNames.includes(value[index])) return false;
  }
  return true;
}
