import type { Effect, GenerationSummary, Identity, Index } from "../model/generation.ts";
import { usualMoment } from "../model/moment.ts";
import { isConfigPath, isNormalPath } from "./normal-path.ts";
import { countFields, isSmallCount, type Unknown } from "./usual.ts";

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

function isUsualEffect(value: unknown): value is Effect {
  if (typeof value !== "object" || value === null) return false;
  const { kind, path, identity, target, backup }: UnknownEffect = value;
  switch (kind) {
    case "created-directory":
    case "created-file":
      return countFields(value) === 3 && isBelowRoot(path) && isUsualIdentity(identity);
    case "holds-links":
      return countFields(value) === 3 && (path === "/" || isBelowRoot(path)) && isUsualIdentity(identity);
    case "backup":
      return countFields(value) === 3 && isBelowRoot(target) && isBelowRoot(backup);
    case "found":
      return countFields(value) === 2 && isBelowRoot(target);
    default:
      return false;
  }
}

/** The fields of all kinds that are known here. */
interface UnknownEffect {
  readonly kind?: unknown;
  readonly path?: unknown;
  readonly identity?: unknown;
  readonly target?: unknown;
  readonly backup?: unknown;
}

function isBelowRoot(path: unknown): boolean {
  return typeof path === "string" && path !== "/" && isNormalPath(path);
}

function isUsualIdentity(value: unknown): value is Identity {
  if (typeof value !== "object" || value === null || countFields(value) !== 2) return false;
  const { inode, birth }: Unknown<Identity> = value;
  return isDigits(inode) && (birth === null || isDigits(birth));
}

/** At most 20 of them, as an inode may have. */
function isDigits(text: unknown): boolean {
  if (typeof text !== "string" || text.length > 20 || text === "") return false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) return false;
  }
  return true;
}
