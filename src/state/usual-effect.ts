import type { Effect } from "../model/generation.ts";
import { countFields } from "./usual.ts";
import { isBelowRoot, isIdentity } from "./usual-values.ts";

/** A quick look at an effect: true only for what fits its form in `effect-schema.ts`; false says nothing. */
export function isUsualEffect(value: unknown): value is Effect {
  if (typeof value !== "object" || value === null) return false;
  const { kind, path, identity, target, backup }: UnknownEffect = value;
  switch (kind) {
    case "created-directory":
    case "created-file":
      return countFields(value) === 3 && isBelowRoot(path) && isIdentity(identity);
    case "holds-links":
      return countFields(value) === 3 && (path === "/" || isBelowRoot(path)) && isIdentity(identity);
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
