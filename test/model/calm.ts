import fc from "fast-check";
import type { Manifest } from "../../src/model/manifest.ts";
import { manifestsOf } from "./arbitrary-manifest.ts";
import { directory, file, type Machine, type ObjectPlan, symlink } from "./build.ts";

/** Machines and manifests as people have them: storage is storage, and entries may make room for themselves. */

const names = fc.constantFrom("a", "b", "c");
const targets = fc.array(names, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join("/")}`);
const roots = fc.constantFrom("/p/s", "/p/s", "/p/t");

/** A directory with something in it that is no target. */
const folders = targets.chain((path) =>
  fc.constantFrom([directory(path)], [directory(path), file(`${path}/f`, "x")]),
);

/** What stands where a target may be: it is in the way, or in the way of what is below. */
const obstacles = fc
  .tuple(targets, fc.constantFrom("x", "y"), fc.boolean())
  .map(([path, bytes, isLink]): ObjectPlan[] => [isLink ? symlink(path, "/p/s") : file(path, bytes)]);

const storage = fc
  .tuple(roots, targets)
  .map(([root, target]): ObjectPlan[] => [directory(`${root}${target}`), file(`${root}${target}/f`, "y")]);

function machinesWith(objects: fc.Arbitrary<readonly ObjectPlan[]>): fc.Arbitrary<Machine> {
  return fc.array(objects, { maxLength: 6 }).map((lists) => ({
    objects: [directory("/p/s"), directory("/p/t"), ...lists.flat()],
    disks: ["/p"],
  }));
}

/** Nothing but directories is anywhere. */
export const emptyMachines = machinesWith(folders);

export const calmMachines = machinesWith(
  fc.oneof(
    { weight: 4, arbitrary: folders },
    { weight: 2, arbitrary: obstacles },
    { weight: 1, arbitrary: storage },
  ),
);

export const calmManifests: fc.Arbitrary<Manifest> = manifestsOf({
  roots,
  targets,
  backup: fc.constant(true),
  createParents: fc.constant(true),
  createSources: fc.constant(true),
});

/** Those that refuse whatever comes into their way later, and do without nothing. */
export const strictManifests: fc.Arbitrary<Manifest> = manifestsOf({
  roots,
  targets,
  backup: fc.constantFrom(false, false, true),
  createParents: fc.constant(true),
  createSources: fc.constantFrom(false, false, true),
});

/** Many entries, and how a later manifest changes each of them: most stay as they are. */
export const changingManifests: fc.Arbitrary<readonly Manifest[]> = fc
  .tuple(
    manifestsOf({
      roots,
      targets: fc
        .array(fc.constantFrom("a", "b", "c", "d", "e", "f", "g"), { minLength: 1, maxLength: 3 })
        .map((parts) => `/${parts.join("/")}`),
      backup: fc.constantFrom(true, true, false),
      createParents: fc.constant(true),
      createSources: fc.constant(true),
      most: 12,
    }),
    fc.array(
      fc.array(fc.constantFrom("stays", "stays", "stays", "stays", "stays", "goes", "moves"), {
        minLength: 12,
        maxLength: 12,
      }),
      {
        maxLength: 3,
      },
    ),
  )
  .map(([manifest, rounds]) => [manifest, ...rounds.map((fates) => changed(manifest, fates))]);

function changed({ entries }: Manifest, fates: readonly ("stays" | "goes" | "moves")[]): Manifest {
  return {
    entries: entries.flatMap((entry, index) => {
      if (fates[index] === "goes") return [];
      return fates[index] === "moves" ? [{ ...entry, root: "/p/t", source: `/p/t${entry.target}` }] : [entry];
    }),
  };
}
