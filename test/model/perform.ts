import type { Effect } from "../../src/model/generation.ts";
import type { Access, Identity } from "../../src/model/object.ts";
import { nameOf } from "../../src/model/path.ts";
import type { Step, Tidying } from "../../src/model/plan.ts";
import { copyObject } from "./copy.ts";
import { type Content, createObject, type Dentry, moveName, namesIn, removeName } from "./filesystem.ts";
import { expectMount, mount, replaceMount, unmount, written } from "./mounting.ts";
import { follow, lookUp, lookUpFollowing, parentAt } from "./walk.ts";
import { isMountPoint, type ModelMount, type Position, Refusal, setHidden, type World } from "./world.ts";

/** What a step left behind, as `execute/step-context.ts` has it. */
export interface Outcome {
  readonly made?: Effect;
  /** The mount that the step took away. */
  readonly kept?: ModelMount;
  /** True if the step found something else than expected, and left it. */
  readonly left?: boolean;
}

/** Carries out one step on the model, or throws a {@link Refusal} where the kernel or imp itself would refuse. */
export function perform(world: World, step: Step): Outcome {
  switch (step.kind) {
    case "create-directory":
      return made(step, "created-directory", create(world, step.path, newDirectory(), step.access));
    case "create-file":
      return made(step, "created-file", create(world, step.path, { kind: "file", bytes: "" }, step.access));
    case "copy-source":
      copySource(world, step.from, step.to, step.what);
      return {};
    case "adopt-file":
      adopt(world, step);
      return {};
    case "set-access":
      setAccess(world, step.path, step.to);
      return {};
    case "back-up":
      expectObject(world, step.path, step.identity);
      rename(world, step.path, nameOf(step.backup));
      return { made: { kind: "backup", target: step.path, backup: step.backup } };
    case "put-back":
      return putBack(world, step.path, step.backup);
    case "mount":
      mount(world, step.target, step);
      return {};
    case "replace-mount":
      expectMount(world, step.target, step.mountId);
      return { kept: replaceMount(world, step.target, step.to) };
    case "set-mount-options":
      expectMount(world, step.target, step.mountId).options = written(step.to);
      return {};
    case "set-hidden":
      setHidden(world, expectMount(world, step.target, step.mountId), step.hidden);
      return {};
    case "unmount":
      expectMount(world, step.target, step.mountId);
      return { kept: unmount(world, step.target) };
    case "link":
      create(world, step.path, { kind: "symlink", text: step.text }, linkAccess);
      return {};
    case "replace-link":
      replaceLink(world, step.path, step.from, step.to);
      return {};
    case "exchange-for-link":
      expectObject(world, step.path, step.identity);
      exchangeForLink(world, step.path, step.text, nameOf(step.backup));
      return { made: { kind: "backup", target: step.path, backup: step.backup } };
    case "replace-file":
      expectObject(world, step.path, step.identity);
      exchangeForLink(world, step.path, step.text, nameOf(step.aside));
      return { made: { kind: "replaced-file", target: step.path, access: step.access } };
    case "unlink":
      unlinkSymlink(world, step.path, step.text);
      return {};
    case "unlink-to-copy":
      replaceLinkByCopy(world, step);
      return {};
    case "set-aside":
      return setAside(world, step);
  }
}

/** Removes what imp made, as `execute/tidy.ts` does once the command is on record. */
export function tidy(world: World, tidying: Tidying): void {
  const found = lookUp(world, tidying.path);
  if (found === null || !isObject(found.dentry, tidying.identity)) return;
  const isDone =
    tidying.kind === "discard-file"
      ? haveSameContent(found, lookUpFollowing(world, tidying.sameAs))
      : isEmpty(found.dentry);
  if (!isDone) return;
  const { dentry, parent } = bareName(world, tidying.path);
  removeName(parent.mount.filesystem, dentry);
}

function haveSameContent(left: Position, right: Position | null): boolean {
  const [one, other] = [left.dentry.inode.content, right?.dentry.inode.content];
  return one.kind === "file" && other?.kind === "file" && one.bytes === other.bytes;
}

/** The old source keeps its inode, the new one is a copy. */
function adopt(world: World, step: Extract<Step, { kind: "adopt-file" }>): void {
  expectObject(world, step.from, step.identity);
  expectObject(world, step.to, step.sourceIdentity);
  rename(world, step.to, nameOf(step.backup));
  copySource(world, step.from, step.to, "file");
  setAccess(world, step.to, step.access);
}

function expectObject(world: World, path: string, identity: Identity): void {
  const found = lookUp(world, path);
  if (found === null || !isObject(found.dentry, identity)) throw new Refusal("ESTALE", path);
}

function isObject({ inode }: Dentry, identity: Identity): boolean {
  return inode.identity.inode === identity.inode && inode.identity.birth === identity.birth;
}

function isEmpty(dentry: Dentry): boolean {
  const { content } = dentry.inode;
  return content.kind === "file" ? content.bytes === "" : namesIn(dentry).size === 0;
}

function replaceLinkByCopy(world: World, step: Extract<Step, { kind: "unlink-to-copy" }>): void {
  unlinkSymlink(world, step.path, step.text);
  copySource(world, step.from, step.path, "file");
  setAccess(world, step.path, step.access);
}

function setAside(world: World, step: Extract<Step, { kind: "set-aside" }>): Outcome {
  const found = lookUp(world, step.path);
  if (found === null || !isObject(found.dentry, step.identity) || !isEmpty(found.dentry))
    return { left: true };
  rename(world, step.path, nameOf(step.aside));
  return {};
}

export const linkAccess: Access = { uid: 0, gid: 0, mode: 0o777 };

export function newDirectory(): Content {
  return { kind: "directory", names: new Map() };
}

function made(
  step: Extract<Step, { kind: "create-directory" | "create-file" }>,
  kind: "created-directory" | "created-file",
  { inode }: Dentry,
): Outcome {
  return step.role === "target" ? { made: { kind, path: step.path, identity: inode.identity } } : {};
}

export function create(world: World, path: string, content: Content, access: Access): Dentry {
  const parent = writableParentAt(world, path);
  expectFree(parent, nameOf(path));
  return createObject(parent.mount.filesystem, parent.dentry, nameOf(path), content, access);
}

function writableParentAt(world: World, path: string): Position {
  const parent = parentAt(world, path);
  expectWritable(parent.mount, path);
  return parent;
}

function expectWritable(mount: ModelMount, path: string): void {
  if (mount.options.includes("ro")) throw new Refusal("EROFS", path);
}

function expectFree(parent: Position, name: string): void {
  if (namesIn(parent.dentry).has(name)) throw new Refusal("EEXIST", name);
}

/** The name itself, whatever is mounted on it; refused if something is, as for rename(2) and unlink(2). */
function bareName(world: World, path: string): { dentry: Dentry; parent: Position } {
  const parent = writableParentAt(world, path);
  const dentry = namesIn(parent.dentry).get(nameOf(path));
  if (dentry === undefined) throw new Refusal("ENOENT", path);
  if (isMountPoint(world, dentry)) throw new Refusal("EBUSY", `${path} is a mount point`);
  return { dentry, parent };
}

export function setAccess(world: World, path: string, access: Access): void {
  const { dentry, mount } = follow(world, path);
  expectWritable(mount, path);
  const { inode } = dentry;
  const { kind } = inode.content;
  if (kind !== "directory" && (kind !== "file" || inode.links > 1)) throw new Refusal("EMLINK", path);
  inode.access = access;
}

/** Renames within the directory to a name that must be free. */
export function rename(world: World, path: string, name: string): void {
  const { dentry, parent } = bareName(world, path);
  expectFree(parent, name);
  moveName(dentry, parent.dentry, name);
}

function putBack(world: World, path: string, backup: string): Outcome {
  try {
    rename(world, backup, nameOf(path));
    return {};
  } catch (error) {
    if (error instanceof Refusal && error.code === "EEXIST") return { left: true };
    throw error;
  }
}

function copySource(world: World, from: string, to: string, what: "directory" | "file"): void {
  const parent = writableParentAt(world, to);
  const original = follow(world, from);
  if (original.dentry.inode.content.kind !== what) throw new Refusal("EINVAL", `${from} is no ${what}`);
  expectFree(parent, nameOf(to));
  copyObject(original, parent, nameOf(to));
}

function expectLink(world: World, path: string, text: string): { dentry: Dentry; parent: Position } {
  const link = bareName(world, path);
  const { content } = link.dentry.inode;
  if (content.kind !== "symlink" || content.text !== text) throw new Refusal("ESTALE", path);
  return link;
}

export function unlinkSymlink(world: World, path: string, text: string): void {
  const { dentry, parent } = expectLink(world, path, text);
  removeName(parent.mount.filesystem, dentry);
}

export function replaceLink(world: World, path: string, from: string, to: string): void {
  unlinkSymlink(world, path, from);
  create(world, path, { kind: "symlink", text: to }, linkAccess);
}

function exchangeForLink(world: World, path: string, text: string, otherName: string): void {
  rename(world, path, otherName);
  create(world, path, { kind: "symlink", text }, linkAccess);
}
