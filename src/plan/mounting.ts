import type { MountedEntry } from "../model/manifest.ts";
import { allMountsAt, coveredMount, type Mount, mountAt, mountsOn } from "../model/mount.ts";
import { ancestorsOf } from "../model/path.ts";
import type { MountedSource } from "../model/plan.ts";
import {
  conflict,
  type Draft,
  finding,
  futureDirectory,
  nodeAfter,
  notice,
  setAfter,
  spotAfter,
} from "./draft.ts";
import {
  describeNode,
  freeBackupName,
  reportForeignMount,
  reportObstacle,
  reportUnreachable,
} from "./obstacle.ts";
import { optionsFor, optionsOf, sameOptions } from "./options.ts";
import { ensureParents } from "./parents.ts";
import type { ReadySource } from "./sources.ts";
import type { Survey } from "./standing.ts";

/** Plans that the entry's source is mounted at its target, over what `survey` found there. */
export function planMount(draft: Draft, survey: Survey, entry: MountedEntry, source: ReadySource): void {
  const standing = survey.standing.get(entry.target) ?? { kind: "nothing" };
  switch (survey.fate.get(entry.target)) {
    case "keep":
      if (standing.kind === "wanted") keepMount(draft, survey, entry, standing.mount);
      return;
    case "replace":
      if (standing.kind === "active") replaceMount(draft, survey, entry, standing.mount);
      return;
    case "conflict":
      reportForeignMount(draft, entry, draft.request.observed.real(entry.target));
      return;
    case "again":
      if (standing.kind === "active" && standing.deleted) {
        finding(draft, entry.target, "deleted-source", "what it shows was deleted from the persistence root");
      }
      addMount(draft, survey, entry, source);
      return;
    case "add":
    case undefined:
      reportMissingMount(draft, entry);
      addMount(draft, survey, entry, source);
  }
}

function wantedMount(draft: Draft, entry: MountedEntry): MountedSource {
  return { source: draft.after.placeOf(entry.source), options: optionsFor(draft, entry) };
}

function keepMount(draft: Draft, survey: Survey, entry: MountedEntry, mount: Mount): void {
  const { mounts } = draft.request.observed;
  const { options } = wantedMount(draft, entry);
  if (!survey.active.has(entry.target)) draft.found.push({ kind: "found", target: entry.target });
  if (coveredMount(mounts, mount) !== null) {
    finding(draft, entry.target, "stacked-mount", "something else is mounted at the same place, below it");
    conflict(
      draft,
      entry,
      `${entry.target} is mounted more than once`,
      `unmount the surplus: umount '${mount.mountPoint}'`,
    );
  }
  const now = optionsOf(mount);
  if (sameOptions(now, options)) return;
  finding(
    draft,
    entry.target,
    "wrong-options",
    `it is mounted with ${now.join(",")}, not ${options.join(",")}`,
  );
  draft.additionSteps.push({
    kind: "set-mount-options",
    serves: entry.target,
    target: entry.target,
    from: now,
    to: options,
  });
}

function replaceMount(draft: Draft, survey: Survey, entry: MountedEntry, mount: Mount): void {
  const active = survey.active.get(entry.target);
  if (active === undefined) return;
  finding(draft, entry.target, "wrong-mount", `${active.source} is mounted, not ${entry.source}`);
  reportMountsInside(draft, entry, mountsOn(draft.request.observed.mounts, mount));
  draft.additionSteps.push({
    kind: "replace-mount",
    serves: entry.target,
    target: entry.target,
    from: { source: survey.before.placeOf(active.source), options: optionsOf(mount) },
    to: wantedMount(draft, entry),
  });
}

/** Mounts that would vanish with the mount that they lie on, or under the one that comes over them. */
function reportMountsInside(draft: Draft, entry: MountedEntry, inside: readonly Mount[]): void {
  for (const mount of inside) {
    if (draft.going.has(mount.id)) continue;
    conflict(
      draft,
      entry,
      `${entry.target} can't be mounted: that would hide ${mount.filesystem} from ${mount.from}, mounted at ${mount.mountPoint}`,
      `unmount that first: umount '${mount.mountPoint}'`,
    );
  }
}

function reportMissingMount(draft: Draft, entry: MountedEntry): void {
  const { mounts, real } = {
    mounts: draft.request.observed.mounts,
    real: draft.request.observed.real(entry.target),
  };
  if (allMountsAt(mounts, real).length > 0) {
    finding(draft, entry.target, "hidden-mount", "its mount is hidden by a later mount above it");
  } else {
    finding(draft, entry.target, "not-mounted", "it is not mounted");
  }
}

function addMount(draft: Draft, survey: Survey, entry: MountedEntry, source: ReadySource): void {
  const inside = mountsBelow(draft, draft.request.observed.real(entry.target));
  reportMountsInside(draft, entry, inside);
  if (!makeRoom(draft, survey, entry, source)) return;
  const { source: place, options } = wantedMount(draft, entry);
  draft.additionSteps.push({
    kind: "mount",
    serves: entry.target,
    target: entry.target,
    source: place,
    options,
  });
}

/** The visible mounts strictly below a path. */
function mountsBelow(draft: Draft, path: string): readonly Mount[] {
  return mountsByAncestor(draft).get(path) ?? [];
}

const indexes = new WeakMap<Draft, ReadonlyMap<string, readonly Mount[]>>();

/** Visible mounts by every directory above them: asked for each entry, so worked out once. */
function mountsByAncestor(draft: Draft): ReadonlyMap<string, readonly Mount[]> {
  const known = indexes.get(draft);
  if (known !== undefined) return known;
  const { mounts } = draft.request.observed;
  const index = new Map<string, Mount[]>();
  for (const mount of mounts.mounts) {
    if (mountAt(mounts, mount.mountPoint) !== mount) continue;
    for (const ancestor of ancestorsOf(mount.mountPoint)) {
      const list = index.get(ancestor);
      if (list === undefined) index.set(ancestor, [mount]);
      else list.push(mount);
    }
  }
  indexes.set(draft, index);
  return index;
}

/** Plans that an object of the right type is at the target to be mounted over. */
function makeRoom(draft: Draft, survey: Survey, entry: MountedEntry, source: ReadySource): boolean {
  const node = nodeAfter(draft, entry.target);
  if (reportUnreachable(draft, entry, entry.target, node)) return false;
  if (node.kind === "missing") return createMountPoint(draft, entry, source);
  if (!canBeMountedOver(draft, survey, entry, source)) {
    if (!entry.backup) {
      const what = describeNode(node);
      reportObstacle(
        draft,
        entry,
        node.kind === "file" && entry.kind === "bound-file"
          ? `${what}, and not the same as the source`
          : what,
      );
      return false;
    }
    const backup = freeBackupName(draft, entry);
    if (backup === null) return false;
    if (!("identity" in node)) return false;
    const { identity } = node;
    draft.additionSteps.push({ kind: "back-up", serves: entry.target, path: entry.target, backup, identity });
    setAfter(draft, backup, node);
    setAfter(draft, entry.target, { kind: "missing" });
    return createMountPoint(draft, entry, source);
  }
  return ensureParents(draft, entry, "target");
}

function canBeMountedOver(draft: Draft, survey: Survey, entry: MountedEntry, source: ReadySource): boolean {
  const node = nodeAfter(draft, entry.target);
  const { observed, effects } = draft.request;
  const spot = spotAfter(draft, entry.target);
  if (entry.kind === "bound-file") {
    if (node.kind !== "file") return false;
    const ownMountPoint = effects.some(
      (effect) =>
        effect.kind === "created-file" &&
        effect.path === entry.target &&
        effect.identity.inode === node.identity.inode &&
        effect.identity.birth === node.identity.birth,
    );
    return source.copied || ownMountPoint || observed.sameBytes(spot, spotAfter(draft, entry.source));
  }
  if (node.kind !== "directory") return false;
  const known = survey.active.get(entry.target)?.kind === "directory";
  const names = known || source.copied ? 0 : observed.countNames(spot);
  if (names === 0) return true;
  if (entry.backup) return false;
  notice(
    draft,
    entry.target,
    `${entry.target} is not empty: the mount hides ${names} ${names === 1 ? "name" : "names"} in it`,
    "they come back when the entry goes; set `backup = true` to keep them beside it as a backup",
  );
  return true;
}

function createMountPoint(draft: Draft, entry: MountedEntry, source: ReadySource): boolean {
  if (!ensureParents(draft, entry, "target")) return false;
  const what = { serves: entry.target, path: entry.target, access: source.access, role: "target" } as const;
  if (entry.kind === "directory") draft.additionSteps.push({ kind: "create-directory", ...what });
  else draft.additionSteps.push({ kind: "create-file", ...what });
  setAfter(draft, entry.target, futureDirectory(source.access));
  return true;
}
