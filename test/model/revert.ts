import { nameOf } from "../../src/model/path.ts";
import type { Step } from "../../src/model/plan.ts";
import { type Dentry, namesIn, removeName } from "./filesystem.ts";
import { topMount, unmount, written } from "./mounting.ts";
import {
  create,
  linkAccess,
  type Outcome,
  rename,
  replaceLink,
  setAccess,
  unlinkSymlink,
} from "./perform.ts";
import { follow, lookUp } from "./walk.ts";
import { attachMount, type ModelMount, Refusal, setHidden, type World } from "./world.ts";

/** A step that was carried out on the model. */
export interface Done {
  readonly step: Step;
  readonly outcome: Outcome;
}

/** Takes a step back, as `execute/revert.ts` does. */
export function revert(world: World, { step, outcome }: Done): void {
  switch (step.kind) {
    case "create-directory":
    case "create-file":
      removeCreated(world, step.path);
      return;
    case "copy-source":
      removeTree(world, step.to);
      return;
    case "adopt-file":
      removeTree(world, step.to);
      rename(world, step.backup, nameOf(step.to));
      return;
    case "set-access":
      setAccess(world, step.path, step.from);
      return;
    case "back-up":
      rename(world, step.backup, nameOf(step.path));
      return;
    case "put-back":
      if (outcome.left !== true) rename(world, step.path, nameOf(step.backup));
      return;
    case "mount":
      unmount(world, step.target);
      return;
    case "replace-mount":
      unmount(world, step.target);
      attachAgain(world, step.target, outcome.kept, step.from.hidden);
      return;
    case "set-mount-options":
      topMount(world, step.target).options = written(step.from);
      return;
    case "set-hidden":
      setHidden(world, topMount(world, step.target), !step.hidden);
      return;
    case "unmount":
      attachAgain(world, step.target, outcome.kept, step.hidden);
      return;
    case "link":
      unlinkSymlink(world, step.path, step.text);
      return;
    case "replace-link":
      replaceLink(world, step.path, step.to, step.from);
      return;
    case "exchange-for-link":
      unlinkSymlink(world, step.path, step.text);
      rename(world, step.backup, nameOf(step.path));
      return;
    case "replace-file":
      unlinkSymlink(world, step.path, step.text);
      rename(world, step.aside, nameOf(step.path));
      return;
    case "unlink":
      create(world, step.path, { kind: "symlink", text: step.text }, linkAccess);
      return;
    case "unlink-to-copy":
      removeTree(world, step.path);
      create(world, step.path, { kind: "symlink", text: step.text }, linkAccess);
      return;
    case "set-aside":
      if (outcome.left !== true) rename(world, step.aside, nameOf(step.path));
  }
}

/** A copy of the mount that was taken away comes to its place; the model keeps the options as they were written. */
function attachAgain(world: World, target: string, kept: ModelMount | undefined, hidden: boolean): void {
  if (kept === undefined) throw new Error(`the step kept no mount of ${target}`);
  const mount = attachMount(world, follow(world, target), kept.filesystem, kept.root, kept.options);
  setHidden(world, mount, hidden);
}

function removeCreated(world: World, path: string): void {
  const { dentry, mount } = follow(world, path);
  const { content } = dentry.inode;
  if (namesIn(dentry).size > 0) throw new Refusal("ENOTEMPTY", path);
  if (content.kind === "file" && content.bytes !== "") throw new Refusal("ENOTEMPTY", path);
  removeName(mount.filesystem, dentry);
}

function removeTree(world: World, path: string): void {
  const found = lookUp(world, path);
  if (found === null) throw new Refusal("ENOENT", path);
  removeNames(found.dentry);
  removeName(found.mount.filesystem, found.dentry);

  function removeNames(dentry: Dentry): void {
    for (const child of [...namesIn(dentry).values()]) {
      removeNames(child);
      if (found !== null) removeName(found.mount.filesystem, child);
    }
  }
}
