import fc from "fast-check";
import type { Manifest } from "../../src/model/manifest.ts";
import type { Access } from "../../src/model/object.ts";
import { manifestsOf } from "./arbitrary-manifest.ts";
import type { Machine, ObjectPlan } from "./build.ts";
import type { Drift } from "./drift.ts";

/** Worlds and manifests from few names, so that everything is in the way of everything. */

const names = fc
  .array(fc.constantFrom("a", "b"), { minLength: 1, maxLength: 4 })
  .map((parts) => `/${parts.join("/")}`);
const shortNames = fc
  .array(fc.constantFrom("a", "b"), { minLength: 1, maxLength: 2 })
  .map((parts) => `/${parts.join("/")}`);

const roots = fc.oneof(
  { weight: 6, arbitrary: fc.constant("/p/s") },
  { weight: 4, arbitrary: fc.constant("/p/t") },
  // Inside of what other entries may want to mount.
  { weight: 1, arbitrary: fc.constant("/a/s") },
  { weight: 1, arbitrary: fc.constant("/b/a") },
);

const targets = fc.oneof(
  { weight: 8, arbitrary: shortNames },
  { weight: 6, arbitrary: names },
  // Inside of what other entries are stored in.
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom("/p/s", "/p/t"), shortNames).map((parts) => parts.join("")),
  },
);

const anywhere = fc.oneof(
  { weight: 3, arbitrary: targets },
  { weight: 2, arbitrary: fc.tuple(roots, names).map((parts) => parts.join("")) },
);

const bytes = fc.constantFrom("", "x", "y");
const linkTexts = fc.oneof(
  fc.constantFrom("/a", "/b", "b", "../b", "/nowhere", "a"),
  fc.tuple(roots, shortNames).map((parts) => parts.join("")),
);
const access: fc.Arbitrary<Access> = fc.record({
  uid: fc.constantFrom(0, 0, 1000),
  gid: fc.constantFrom(0, 1000),
  mode: fc.constantFrom(0o755, 0o755, 0o700, 0o1777),
});

const objects: fc.Arbitrary<ObjectPlan> = fc.record({
  path: anywhere,
  what: fc.oneof(
    { weight: 5, arbitrary: fc.constant({ kind: "directory" } as const) },
    { weight: 5, arbitrary: bytes.map((content) => ({ kind: "file", bytes: content }) as const) },
    { weight: 2, arbitrary: linkTexts.map((text) => ({ kind: "symlink", text }) as const) },
    { weight: 1, arbitrary: fc.constant({ kind: "special", what: "socket" } as const) },
    { weight: 1, arbitrary: anywhere.map((to) => ({ kind: "hard-link", to }) as const) },
  ),
  access,
});

/** Machines with a persistence filesystem at `/p`, and perhaps another disk somewhere. */
export const machines: fc.Arbitrary<Machine> = fc.record({
  objects: fc
    .array(objects, { maxLength: 8 })
    .map((list) => [rootDirectory("/p/s"), rootDirectory("/p/t"), ...list]),
  disks: fc.oneof(
    { weight: 4, arbitrary: fc.constant(["/p"]) },
    { weight: 1, arbitrary: shortNames.map((path) => ["/p", path]) },
  ),
});

function rootDirectory(path: string): ObjectPlan {
  return { path, what: { kind: "directory" } };
}

export const manifests: fc.Arbitrary<Manifest> = manifestsOf({
  roots,
  targets,
  backup: fc.constantFrom(true, true, true, false),
  createParents: fc.constantFrom(true, true, true, true, true, false),
  createSources: fc.constantFrom(true, true, true, false),
});

export const drifts: fc.Arbitrary<Drift> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: "reboot" } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("unmount" as const), which: fc.nat(5) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("remount" as const),
      which: fc.nat(5),
      options: fc.constantFrom(["ro", "relatime"], ["rw", "noatime"]),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("hide" as const), which: fc.nat(5), hidden: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("mount" as const), path: anywhere }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("bind" as const), from: anywhere, path: anywhere }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("put" as const), object: objects }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("save" as const), path: anywhere, bytes }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("save-over-link" as const), which: fc.nat(5), bytes }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("remove" as const), path: anywhere }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("change-mode" as const),
      path: anywhere,
      mode: fc.constantFrom(0o700, 0o777, 0o1755),
    }),
  },
);
