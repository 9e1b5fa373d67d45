import { type Entry, isMounted, type Manifest, type Ownership, type Principal } from "./manifest.ts";
import { parseMode } from "./mode.ts";
import { parentsFirst } from "./path.ts";

/** What can differ between two entries with the same target; names as in the configuration where there is one. */
export type Aspect =
  | "kind"
  | "source"
  | "options"
  | "hideMounts"
  | "user"
  | "group"
  | "mode"
  | "parentDirectory.user"
  | "parentDirectory.group"
  | "parentDirectory.mode"
  | "backup"
  | "create_parents"
  | "create_sources"
  | "adopt_replaced";

/** How one aspect of an entry changed; null where one of the two says nothing about it. */
export interface Change {
  readonly aspect: Aspect;
  readonly from: string | null;
  readonly to: string | null;
}

/** What differs between two manifests at one target. */
export type Difference =
  | { readonly kind: "added"; readonly entry: Entry }
  | { readonly kind: "removed"; readonly entry: Entry }
  | {
      readonly kind: "changed";
      readonly from: Entry;
      readonly to: Entry;
      readonly changes: readonly Change[];
    };

/** Every difference between two manifests, ordered by target. Their order makes none. */
export function differencesBetween(from: Manifest, to: Manifest): Difference[] {
  const before = byTarget(from);
  const after = byTarget(to);
  const targets = [...new Set([...before.keys(), ...after.keys()])].sort(parentsFirst);
  return targets.flatMap((target) => difference(before.get(target), after.get(target)));
}

function byTarget(manifest: Manifest): Map<string, Entry> {
  return new Map(manifest.entries.map((entry) => [entry.target, entry]));
}

function difference(from: Entry | undefined, to: Entry | undefined): Difference[] {
  if (from === undefined) return to === undefined ? [] : [{ kind: "added", entry: to }];
  if (to === undefined) return [{ kind: "removed", entry: from }];
  const changes = changesBetween(from, to);
  return changes.length === 0 ? [] : [{ kind: "changed", from, to, changes }];
}

function changesBetween(from: Entry, to: Entry): Change[] {
  return [
    ...changeOf("kind", from.kind, to.kind),
    ...changeOf("source", from.source, to.source),
    ...changeOf("options", optionsOf(from), optionsOf(to)),
    ...changeOf("hideMounts", hiddenOf(from), hiddenOf(to)),
    ...ownershipChanges(from, to, { user: "user", group: "group", mode: "mode" }),
    ...ownershipChanges(from.parentDirectory ?? {}, to.parentDirectory ?? {}, {
      user: "parentDirectory.user",
      group: "parentDirectory.group",
      mode: "parentDirectory.mode",
    }),
    ...changeOf("backup", String(from.backup), String(to.backup)),
    ...changeOf("create_parents", String(from.createParents), String(to.createParents)),
    ...changeOf("create_sources", String(from.createSources), String(to.createSources)),
    ...changeOf("adopt_replaced", adoptsIn(from), adoptsIn(to)),
  ];
}

function changeOf(aspect: Aspect, from: string | null, to: string | null): Change[] {
  return from === to ? [] : [{ aspect, from, to }];
}

/** In alphabetical order, as theirs makes no difference. */
function optionsOf(entry: Entry): string | null {
  return isMounted(entry) && entry.options.length > 0 ? [...entry.options].sort().join(",") : null;
}

/** Not said of a symlink, so that a change of kind alone makes no second change. */
function hiddenOf(entry: Entry): string | null {
  return isMounted(entry) && entry.hidden ? "true" : null;
}

/** Not said of a mount, as above. */
function adoptsIn(entry: Entry): string | null {
  return entry.kind === "linked-file" && entry.adoptReplaced === true ? "true" : null;
}

function ownershipChanges(
  from: Ownership,
  to: Ownership,
  names: Readonly<Record<"user" | "group" | "mode", Aspect>>,
): Change[] {
  return [
    ...principalChange(names.user, from.user, to.user),
    ...principalChange(names.group, from.group, to.group),
    ...(sameMode(from.mode, to.mode) ? [] : changeOf(names.mode, from.mode ?? null, to.mode ?? null)),
  ];
}

/** The number counts: a name that came to mean somebody else is a change. */
function principalChange(aspect: Aspect, from: Principal | undefined, to: Principal | undefined): Change[] {
  if (from?.id === to?.id) return [];
  const withNumbers = from?.name === to?.name;
  return [{ aspect, from: describePrincipal(from, withNumbers), to: describePrincipal(to, withNumbers) }];
}

function describePrincipal(principal: Principal | undefined, withNumber: boolean): string | null {
  if (principal === undefined) return null;
  return withNumber ? `${principal.name} (${principal.id})` : principal.name;
}

/** `750` and `0750` say the same. */
function sameMode(left: string | undefined, right: string | undefined): boolean {
  if (left === right) return true;
  if (left === undefined || right === undefined) return false;
  const [leftMode, rightMode] = [parseMode(left), parseMode(right)];
  return leftMode.kind === "exact" && rightMode.kind === "exact" && leftMode.bits === rightMode.bits;
}
