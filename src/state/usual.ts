import type { GenerationSummary } from "../model/generation.ts";
import { isUsualMoment } from "../model/moment.ts";
import { isConfigPath } from "./normal-path.ts";

/** Quick looks at what the state files hold: true only for what fits its form in `schema.ts`, and false says nothing. */

/** True only for what fits; false says nothing. */
export function isUsualSummary(value: unknown): value is GenerationSummary {
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
