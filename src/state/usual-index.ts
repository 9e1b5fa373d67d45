import type { GenerationSummary, Index } from "../model/generation.ts";
import { usualMoment } from "../model/moment.ts";
import { isConfigPath } from "./normal-path.ts";
import { countFields, isSmallCount, type Unknown } from "./usual.ts";
import { isUsualEffect } from "./usual-effect.ts";

/**
 * True for an index as imp writes it, with its generations in the order of their numbers: it fits its form in
 * `index-file.ts` for certain, and contradicts itself nowhere. False says nothing.
 */
export function isUsualIndex(value: unknown): value is Index {
  if (typeof value !== "object" || value === null || countFields(value) !== 7) return false;
  const { format, serial, active, previous, next, generations, effects }: Unknown<Index> = value;
  if (format !== 1 || !isSmallCount(serial) || !isSmallCount(next)) return false;
  if (!Array.isArray(generations) || !Array.isArray(effects)) return false;

  let last = 0;
  let isActiveListed = active === null;
  let isPreviousListed = previous === null;
  // Without calls of our own: a thousand generations take a third of the time so.
  let knownPath = "";
  for (let index = 0; index < generations.length; index += 1) {
    const summary: unknown = generations[index];
    if (typeof summary !== "object" || summary === null || Object.keys(summary).length !== 4) return false;
    const { number, createdAt, configPath, entries }: Unknown<GenerationSummary> = summary;
    if (typeof number !== "number" || (number | 0) !== number || number <= last) return false;
    if (typeof entries !== "number" || (entries | 0) !== entries || entries < 0) return false;
    if (typeof createdAt !== "string" || !usualMoment.test(createdAt)) return false;
    if (configPath !== knownPath) {
      if (typeof configPath !== "string" || configPath === "" || !isConfigPath(configPath)) return false;
      knownPath = configPath;
    }
    last = number;
    if (number === active) isActiveListed = true;
    if (number === previous) isPreviousListed = true;
  }
  if (!isActiveListed || !isPreviousListed || last >= next) return false;

  for (let index = 0; index < effects.length; index += 1) {
    if (!isUsualEffect(effects[index])) return false;
  }
  return true;
}
