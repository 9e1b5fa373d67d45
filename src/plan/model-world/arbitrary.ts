import fc from "fast-check";
import type { Entry, Manifest, MountOption, Ownership } from "../../model/manifest.ts";
import type { Access } from "../../model/observation.ts";
import { isAtOrBelow, isBelow } from "../../model/path.ts";
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

const options = fc.oneof(
  { weight: 4, arbitrary: fc.constant<readonly MountOption[]>([]) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<readonly MountOption[]>(["ro"], ["nosuid", "noatime"], ["strictatime"]),
  },
);

/** An owner and a mode for a whole manifest: entries either ask for them or not, so they never contradict each other. */
const ownership: fc.Arbitrary<Ownership> = fc.record(
  {
    user: fc.constantFrom({ name: "ada", id: 1000 }, { name: "root", id: 0 }),
    group: fc.constantFrom({ name: "staff", id: 50 }),
    mode: fc.constantFrom("0750", "u=rwx,g=rx,o=", "0700"),
  },
  { requiredKeys: [] },
);

interface EntryPlan {
  readonly kind: Entry["kind"];
  readonly root: string;
  readonly target: string;
  readonly asks: boolean;
  readonly asksParent: boolean;
  readonly backup: boolean;
  readonly createParents: boolean;
  readonly createSources: boolean;
  readonly options: readonly MountOption[];
}

const entryPlans: fc.Arbitrary<EntryPlan> = fc.record({
  kind: fc.constantFrom("directory", "directory", "directory", "linked-file", "linked-file", "bound-file"),
  root: roots,
  target: targets,
  asks: fc.constantFrom(false, false, false, true),
  asksParent: fc.constantFrom(false, false, false, false, true),
  backup: fc.constantFrom(true, true, true, false),
  createParents: fc.constantFrom(true, true, true, true, true, false),
  createSources: fc.constantFrom(true, true, true, false),
  options,
});

/** Manifests that the configuration's own rules let through. */
export const manifests: fc.Arbitrary<Manifest> = fc
  .tuple(ownership, fc.array(entryPlans, { maxLength: 5 }))
  .map(([asked, plans]) => ({ entries: admissible(plans.map((plan) => entryOf(plan, asked))) }));

function entryOf(plan: EntryPlan, asked: Ownership): Entry {
  const common = {
    root: plan.root,
    target: plan.target,
    source: plan.root + plan.target,
    backup: plan.backup,
    createParents: plan.createParents,
    createSources: plan.createSources,
    ...(plan.asks && asked),
    ...(plan.asksParent && { parentDirectory: asked }),
    place: { line: 1, column: 1, length: 1 },
  };
  if (plan.kind === "linked-file") return { kind: plan.kind, ...common };
  return { kind: plan.kind, ...common, options: plan.options, hidden: false };
}

function admissible(entries: readonly Entry[]): Entry[] {
  const kept: Entry[] = [];
  for (const entry of entries) {
    const own = [entry.root, entry.source].some((path) => isAtOrBelow(path, entry.target));
    if (!own && kept.every((other) => canStandBeside(entry, other) && canStandBeside(other, entry)))
      kept.push(entry);
  }
  return kept;
}

function canStandBeside(entry: Entry, other: Entry): boolean {
  if (entry.target === other.target) return false;
  if (!isBelow(entry.target, other.target)) return true;
  return other.kind === "directory" && (entry.kind === "directory" || entry.root !== other.root);
}

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
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("mount" as const), path: anywhere }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("bind" as const), from: anywhere, path: anywhere }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("put" as const), object: objects }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("save" as const), path: anywhere, bytes }) },
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
