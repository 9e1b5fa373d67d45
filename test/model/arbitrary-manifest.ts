import fc from "fast-check";
import type { Entry, Manifest, MountOption, Ownership } from "../../src/model/manifest.ts";
import { isAtOrBelow, isBelow } from "../../src/model/path.ts";

/** What manifests are made from. */
export interface ManifestChoices {
  readonly roots: fc.Arbitrary<string>;
  readonly targets: fc.Arbitrary<string>;
  readonly backup: fc.Arbitrary<boolean>;
  readonly createParents: fc.Arbitrary<boolean>;
  readonly createSources: fc.Arbitrary<boolean>;
  /** How many entries there are at most; 5 if nothing else is said. */
  readonly most?: number;
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
  readonly hidden: boolean;
  readonly adoptReplaced: boolean;
}

/** Manifests that the configuration's own rules let through. */
export function manifestsOf(choices: ManifestChoices): fc.Arbitrary<Manifest> {
  const plans: fc.Arbitrary<EntryPlan> = fc.record({
    kind: fc.constantFrom("directory", "directory", "directory", "linked-file", "linked-file", "bound-file"),
    root: choices.roots,
    target: choices.targets,
    asks: fc.constantFrom(false, false, false, true),
    asksParent: fc.constantFrom(false, false, false, false, true),
    backup: choices.backup,
    createParents: choices.createParents,
    createSources: choices.createSources,
    options,
    hidden: fc.constantFrom(false, false, true),
    adoptReplaced: fc.boolean(),
  });
  return fc
    .tuple(ownership, fc.array(plans, { maxLength: choices.most ?? 5 }))
    .map(([asked, list]) => ({ entries: admissible(list.map((plan) => entryOf(plan, asked))) }));
}

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
  };
  if (plan.kind === "linked-file") {
    return { kind: plan.kind, ...common, ...(plan.adoptReplaced && { adoptReplaced: true }) };
  }
  return { kind: plan.kind, ...common, options: plan.options, hidden: plan.hidden };
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
