import { isDeepStrictEqual } from "node:util";
import type { Entry, Manifest } from "../../src/model/manifest.ts";
import { isAtOrBelow, join, nameOf, parentOf } from "../../src/model/path.ts";
import type { Plan } from "../../src/model/plan.ts";
import { complaintsAbout } from "./appearance.ts";
import { expectNone } from "./checks.ts";
import { lookUp, walk } from "./walk.ts";
import type { ModelMount, World } from "./world.ts";

/** Entries that a command must not touch, each with the mount that is at its target. */
export type Quiet = ReadonlyMap<Entry, ModelMount | null>;

/** Entries of both manifests that are in place, as everything above them is, and that lie on no mount that goes. */
export function quietEntries(world: World, active: Manifest, wanted: Manifest): Quiet {
  const before = new Map(active.entries.map((entry) => [entry.target, entry]));
  const isSame = (entry: Entry) => isDeepStrictEqual(before.get(entry.target), entry);
  const isSettled = (entry: Entry) => isSame(entry) && complaintsAbout(world, entry).length === 0;
  const unsettled = [
    ...wanted.entries.filter((entry) => !isSettled(entry)),
    ...active.entries.filter(({ target }) => !wanted.entries.some((entry) => entry.target === target)),
  ];
  const isDisturbed = (entry: Entry) =>
    unsettled.some(({ target }) =>
      namesOf(world, target).some(
        (name) =>
          namesOf(world, entry.target).some((own) => isAtOrBelow(own, name)) ||
          namesOf(world, entry.source).some((own) => isAtOrBelow(own, name)),
      ),
    );
  const quiet = new Map<Entry, ModelMount | null>();
  for (const entry of wanted.entries) {
    if (!isDisturbed(entry)) quiet.set(entry, lookUp(world, entry.target)?.mount ?? null);
  }
  return quiet;
}

/** The path, and what it is without symlinks in its parents. */
function namesOf(world: World, path: string): string[] {
  const parent = walk(world, parentOf(path));
  return parent.kind === "open" ? [path, join(parent.path, nameOf(path))] : [path];
}

/** @param before what {@link quietEntries} said before the plan was carried out in this world */
export function checkQuiet(world: World, before: Quiet, plan: Plan): void {
  const targets = new Set([...before.keys()].map(({ target }) => target));
  const disturbing = [...plan.steps, ...plan.afterwards].filter(({ serves }) => targets.has(serves));
  expectNone("steps for what is as wanted", disturbing, plan);
  const changed = [...before].filter(([entry, mount]) => lookUp(world, entry.target)?.mount !== mount);
  const names = changed.map(([{ target }]) => target);
  expectNone("another mount where nothing had to change", names, plan);
}
