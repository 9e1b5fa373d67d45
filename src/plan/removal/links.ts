import { isMounted, type LinkedFileEntry } from "../../model/manifest.ts";
import type { Step } from "../../model/plan.ts";
import { ownLink } from "../active-state.ts";
import { futureDirectory } from "../future-node.ts";
import { describeNode } from "../problems.ts";
import type { KeyedView } from "../resolve/keyed-view.ts";
import type { PathResolution } from "../resolve/resolution.ts";
import type { Withdrawal, WithdrawalRequest } from "./withdrawal.ts";

/** Takes away the symlinks at targets that are no longer wanted, or not as symlinks. */
export function withdrawUnwantedLinks(request: WithdrawalRequest, withdrawal: Withdrawal): void {
  const { activeState, required, effects } = request;
  for (const entry of activeState.entries.values()) {
    const wanted = required.wanted.get(entry.target);
    if (!isMounted(entry) && wanted?.kind !== "linked-file") withdrawLink(request, withdrawal, entry);
  }
  for (const effect of effects.all) {
    const isEnded =
      (effect.kind === "found" && !required.wanted.has(effect.target)) ||
      (effect.kind === "replaced-file" && required.wanted.get(effect.target)?.kind !== "linked-file");
    if (isEnded) withdrawal.endedEffects.add(effect);
  }
}

/** Takes away symlinks that the way to their target no longer leads to. */
export function withdrawMovedLinks(
  request: WithdrawalRequest,
  withdrawal: Withdrawal,
  paths: PathResolution,
): void {
  const { activeState, required, observed } = request;
  for (const entry of activeState.entries.values()) {
    if (isMounted(entry) || required.wanted.get(entry.target)?.kind !== "linked-file") continue;
    const view = ownLink(activeState, observed, entry);
    const hasMoved = view !== null && view.key !== paths.noFollow(entry.target).key;
    if (hasMoved) withdrawLink(request, withdrawal, entry);
  }
}

/** Plans that the symlink of an active entry goes, wherever it is. */
function withdrawLink(request: WithdrawalRequest, withdrawal: Withdrawal, entry: LinkedFileEntry): void {
  const { activeState, observed, required } = request;
  const { target } = entry;
  const view = ownLink(activeState, observed, entry);
  if (view === null) {
    const message = required.wanted.has(target) ? null : whyLeft(request, entry);
    if (message !== null) withdrawal.notices.push({ serves: target, message });
    return;
  }
  const real = observed.real(target);
  const path = view.path === real ? target : view.path;
  if (view.home.options.includes("ro")) {
    withdrawal.conflicts.push({
      serves: target,
      message: `${path} can't be removed: it lies on a mount that is read-only`,
      help: "mount that writable, and try again",
    });
    return;
  }
  const step = unlinkStep(request, withdrawal, entry, view, path);
  withdrawal.removals.push({ path: real, rank: "entry", step });
}

/** What to say of a target where no symlink of imp's is any more; null if nothing is there. */
function whyLeft({ activeState, observed }: WithdrawalRequest, { target }: LinkedFileEntry): string | null {
  const node = observed.node({ path: target, beneath: null });
  if (node.kind === "missing" || node.kind === "blocked") return null;
  if (activeState.found.has(target)) return `${target} stays a symlink: it was before imp came`;
  return `${target} is left as it is: it is ${describeNode(node)} now, not imp's symlink`;
}

/** The file that the link replaced comes back as a copy of the source, unless its place is needed for a directory. */
function unlinkStep(
  request: WithdrawalRequest,
  withdrawal: Withdrawal,
  entry: LinkedFileEntry,
  view: KeyedView,
  path: string,
): Step {
  const { activeState, observed, tree, required, effects, nameBeside } = request;
  const { target } = entry;
  const link = { serves: target, path, text: entry.source } as const;
  const replaced = effects.replacedAt(target);
  if (replaced !== undefined) {
    withdrawal.endedEffects.add(replaced);
    const isNeeded = required.wanted.get(target)?.kind === "directory" || required.aboveTargets.has(target);
    const stored = activeState.paths.follow(entry.source);
    const node = observed.node(stored);
    if (!isNeeded && node.kind === "file") {
      const { access } = replaced;
      const file = { ...node, ...futureDirectory(access), kind: "file", links: 1 } as const;
      tree.copy(view, stored, file, "late");
      const from = stored.beneath === null ? stored.path : entry.source;
      return { kind: "unlink-to-copy", ...link, from, access, aside: nameBeside(path) };
    }
    if (!isNeeded && node.kind === "unsafe") {
      withdrawal.conflicts.push({
        serves: target,
        message: `unsafe path: ${entry.source}, of which a copy is to come back, leads through the symlink ${node.at}, which user ${node.owner} could change`,
        help: "replace the symlink by the directory that it leads to",
      });
    }
    const message = `${target} had a file of its own once, with the same content as ${entry.source}; there is no copy of it now`;
    withdrawal.notices.push({ serves: target, message });
  }
  tree.set(view, { kind: "missing" }, "late");
  return { kind: "unlink", ...link };
}
