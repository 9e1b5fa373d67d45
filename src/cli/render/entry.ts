import { type Entry, isMounted, type Ownership } from "../../model/manifest.ts";
import { printable } from "./printable.ts";

/** How an entry appears at its target. */
export function entryKind(entry: Entry): string {
  switch (entry.kind) {
    case "directory":
      return "bind mount";
    case "bound-file":
      return "bound file";
    case "linked-file":
      return "symlink";
  }
}

/** `bind mount  /var/log ← /mnt/persist/system/var/log (ro,noexec, mode 0750)` */
export function entryLine(entry: Entry): string {
  const details = entryDetails(entry);
  const suffix = details.length === 0 ? "" : ` (${details.join(", ")})`;
  return `${entryKind(entry).padEnd(10)}  ${printable(entry.target)} ← ${printable(entry.source)}${suffix}`;
}

/** What the configuration asks for besides the place, each in a few words. */
export function entryDetails(entry: Entry): string[] {
  const parent = ownershipDetails(entry.parentDirectory ?? {}).map((detail) => `parent ${detail}`);
  return [
    ...(isMounted(entry) && entry.options.length > 0 ? [entry.options.join(",")] : []),
    ...(isMounted(entry) && entry.hidden ? ["hidden"] : []),
    ...(entry.kind === "linked-file" && entry.adoptReplaced === true ? ["adopts what replaces it"] : []),
    ...ownershipDetails(entry),
    ...parent,
  ];
}

function ownershipDetails({ user, group, mode }: Ownership): string[] {
  const owner =
    user !== undefined && group !== undefined
      ? [`owner ${user.name}:${group.name}`]
      : [
          ...(user === undefined ? [] : [`user ${user.name}`]),
          ...(group === undefined ? [] : [`group ${group.name}`]),
        ];
  return [...owner.map(printable), ...(mode === undefined ? [] : [`mode ${printable(mode)}`])];
}

type JsonPrincipal = { readonly name: string; readonly id: number };

type JsonOwnership = {
  readonly user: JsonPrincipal | null;
  readonly group: JsonPrincipal | null;
  readonly mode: string | null;
};

export type JsonEntry = JsonOwnership & {
  readonly kind: Entry["kind"];
  readonly root: string;
  readonly target: string;
  readonly source: string;
  readonly options: readonly string[];
  readonly hidden: boolean;
  readonly parentDirectory: JsonOwnership;
  readonly backup: boolean;
  readonly createParents: boolean;
  readonly createSources: boolean;
  readonly adoptReplaced: boolean;
};

export function entryJson(entry: Entry): JsonEntry {
  return {
    kind: entry.kind,
    root: entry.root,
    target: entry.target,
    source: entry.source,
    options: isMounted(entry) ? entry.options : [],
    hidden: isMounted(entry) && entry.hidden,
    ...ownershipJson(entry),
    parentDirectory: ownershipJson(entry.parentDirectory ?? {}),
    backup: entry.backup,
    createParents: entry.createParents,
    createSources: entry.createSources,
    adoptReplaced: entry.kind === "linked-file" && entry.adoptReplaced === true,
  };
}

function ownershipJson({ user, group, mode }: Ownership): JsonOwnership {
  return {
    user: user === undefined ? null : { name: user.name, id: user.id },
    group: group === undefined ? null : { name: group.name, id: group.id },
    mode: mode ?? null,
  };
}
