import type { Survey } from "./mount-decisions.ts";
import type { Needs } from "./required-paths.ts";
import type { KeyedView } from "./resolve/keyed-view.ts";

/** What the wanted entries use, told by keys. */
export interface Uses {
  /** Places that targets have, under what is mounted there. */
  readonly targets: ReadonlySet<string>;
  /** Places of the directories above targets. */
  readonly aboveTargets: ReadonlySet<string>;
  /** Sources, and the directories that hold them. */
  readonly storage: ReadonlySet<string>;
}

/** Worked out only if somebody asks, and once. */
export function usesOf(survey: Survey, needs: Needs): () => Uses {
  const { ways } = survey;
  const keys = (paths: Iterable<string>, spotOf: (path: string) => KeyedView) =>
    new Set([...paths].map((path) => spotOf(path).key));
  let known: Uses | null = null;
  return () => {
    known ??= {
      targets: keys(needs.wanted.keys(), ways.placeOf),
      aboveTargets: keys(needs.aboveTargets, ways.placeOf),
      storage: keys(needs.storage, ways.objectAt),
    };
    return known;
  };
}
