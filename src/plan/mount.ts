import type { MountedEntry } from "../model/manifest.ts";
import { coveredMount, type Mount, mountsOn } from "../model/mount.ts";
import type { MountedSource } from "../model/plan.ts";
import { conflict, type Draft, finding, nodeUnder } from "./draft.ts";
import { prepareMountPoint } from "./mount-point.ts";
import { isHidden, optionsFor, optionsOf, sameOptions } from "./options.ts";
import { ensureParents } from "./parents.ts";
import { reportForeignMount, reportMountsInside, reportUnreachable } from "./problems.ts";
import type { ReadySource } from "./sources.ts";

/** Plans that the entry's source is mounted at its target, whatever is mounted there now. */
export function planMount(draft: Draft, entry: MountedEntry, source: ReadySource): void {
  const mounted = draft.decisions.current(entry);
  const action = draft.decisions.action(entry);
  if (mounted.kind === "nothing" || action === "circle") {
    addMount(draft, entry, source);
    return;
  }
  if (!source.isSeen && action !== "keep") return;
  const { mount } = mounted;
  switch (action) {
    case "keep":
      if (ensureParents(draft, entry, "target", "late")) keepMount(draft, entry, mount);
      return;
    case "replace":
      if (ensureParents(draft, entry, "target", "late")) replaceMount(draft, entry, mount);
      return;
    case "conflict":
      reportForeignMount(draft, entry, mount);
      return;
    case "add":
    case "remount":
      addMount(draft, entry, source);
  }
}

function wantedMount(draft: Draft, entry: MountedEntry): MountedSource {
  return { source: entry.source, options: optionsFor(draft, entry), hidden: entry.hidden };
}

function keepMount(draft: Draft, entry: MountedEntry, mount: Mount): void {
  if (draft.activeState.ownerOf(mount.id) === undefined) {
    draft.found.push({ kind: "found", target: entry.target });
  }
  reportStacked(draft, entry, mount);
  adjustOptions(draft, entry, mount);
  adjustVisibility(draft, entry, mount);
}

/** Of two mounts that show the same it can't be told which is imp's. */
function reportStacked(draft: Draft, entry: MountedEntry, mount: Mount): void {
  if (coveredMount(draft.request.observed.mounts, mount) === null) return;
  finding(draft, entry.target, "stacked-mount", "something else is mounted at the same place, below it");
  conflict(
    draft,
    entry,
    `${entry.target} is mounted more than once`,
    `unmount the surplus: umount '${mount.mountPoint}'`,
  );
}

function adjustOptions(draft: Draft, entry: MountedEntry, mount: Mount): void {
  const { options } = wantedMount(draft, entry);
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
    mountId: mount.id,
    from: now,
    to: options,
  });
}

function adjustVisibility(draft: Draft, entry: MountedEntry, mount: Mount): void {
  const { target, source, hidden } = entry;
  const now = draft.request.observed.isHidden(mount);
  if (now === hidden) return;
  if (now === null) {
    finding(draft, target, "unknown", "whether file managers show it can't be found out");
    return;
  }
  const message = hidden ? "file managers show its mount" : "its mount is hidden from file managers";
  finding(draft, target, "wrong-visibility", message);
  draft.additionSteps.push({ kind: "set-hidden", serves: target, target, mountId: mount.id, source, hidden });
}

function replaceMount(draft: Draft, entry: MountedEntry, mount: Mount): void {
  const active = draft.activeState.entries.get(entry.target);
  if (active === undefined) return;
  finding(draft, entry.target, "wrong-mount", `${active.source} is mounted, not ${entry.source}`);
  reportStacked(draft, entry, mount);
  reportMountsInside(draft, entry, mountsOn(draft.request.observed.mounts, mount), "unmounted");
  draft.additionSteps.push({
    kind: "replace-mount",
    serves: entry.target,
    target: entry.target,
    mountId: mount.id,
    from: { source: active.source, options: optionsOf(mount), hidden: isHidden(draft, mount) },
    to: wantedMount(draft, entry),
  });
}

function addMount(draft: Draft, entry: MountedEntry, source: ReadySource): void {
  const { paths } = draft.decisions;
  if (reportUnreachable(draft, entry, entry.target, nodeUnder(draft, entry.target))) return;
  reportWhyMissing(draft, entry);
  const { path } = paths.resolve(entry.target);
  if (draft.decisions.isSteady(path)) {
    reportMountsInside(draft, entry, draft.mountsWithin.below(path), "mounted");
  }
  if (!prepareMountPoint(draft, entry, source)) return;
  draft.additionSteps.push({
    kind: "mount",
    serves: entry.target,
    target: entry.target,
    ...wantedMount(draft, entry),
  });
}

function reportWhyMissing(draft: Draft, entry: MountedEntry): void {
  const mounted = draft.decisions.current(entry);
  const { mounts } = draft.request.observed;
  if (mounted.kind === "active" && mounted.stale === "deleted") {
    finding(draft, entry.target, "deleted-source", "what it shows was deleted from the persistence root");
  } else if (mounted.kind === "active" && mounted.stale === "exchanged") {
    finding(draft, entry.target, "wrong-mount", `what it shows is not what ${entry.source} is now`);
  } else if (mounted.kind === "active" && mounted.stale === "idmapped") {
    finding(draft, entry.target, "wrong-owner", `its mount shows other owners than ${entry.source} has`);
  } else if (mounted.kind !== "nothing") {
    finding(draft, entry.target, "wrong-mount", "the mount that it lies on is about to change");
  } else if (mounts.byMountPoint.has(draft.request.observed.real(entry.target))) {
    finding(draft, entry.target, "hidden-mount", "its mount is hidden by a later mount above it");
  } else {
    finding(draft, entry.target, "not-mounted", "it is not mounted");
  }
}
