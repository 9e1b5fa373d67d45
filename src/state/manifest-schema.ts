import type {
  DirectoryEntry,
  Entry,
  LinkedFileEntry,
  Manifest,
  Ownership,
  Principal,
} from "../model/manifest.ts";
import { parseMode } from "../model/mode.ts";
import * as v from "./form.ts";
import { isNormalPath } from "./normal-path.ts";
import { areOptions, optionsSchema } from "./options-schema.ts";
import { countSchema, largestId, numberSchema, pathBelowRoot, pathSchema } from "./schema.ts";
import { countFields, isSmallCount, type Unknown } from "./usual.ts";
import { isBelowRoot, isJoined } from "./usual-values.ts";

/** The forms of what a generation keeps: the entries of its configuration. */

const principalSchema: v.Form<Principal> = v.strictObject({
  name: v.pipe(v.string(), v.minLength(1)),
  id: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(largestId)),
});

/** Thousands of entries share a few modes, and reading one takes a while. */
const knownModes = new Set<string>();

function isMode(text: string): boolean {
  if (knownModes.has(text)) return true;
  if (parseMode(text).kind === "invalid") return false;
  knownModes.add(text);
  return true;
}

const ownership = {
  user: v.exactOptional(principalSchema),
  group: v.exactOptional(principalSchema),
  mode: v.exactOptional(v.pipe(v.string(), v.check(isMode, "not a mode"))),
};

const ownershipSchema: v.Form<Ownership> = v.strictObject(ownership);

const entryBase = {
  ...ownership,
  root: pathSchema,
  target: pathBelowRoot,
  source: pathBelowRoot,
  backup: v.boolean(),
  createParents: v.boolean(),
  createSources: v.boolean(),
  parentDirectory: v.exactOptional(ownershipSchema),
  // Older ones kept where an entry stood in the configuration's text. It is found there when it is to be shown.
  place: v.exactOptional(v.strictObject({ line: numberSchema, column: numberSchema, length: countSchema })),
};

const mounted = { options: optionsSchema, hidden: v.boolean() };

/** Any entry; see {@link entrySchema}. */
export const anyEntrySchema: v.Form<Entry> = v.variant([
  v.kind("directory", { ...entryBase, ...mounted }),
  v.kind("linked-file", { ...entryBase, adoptReplaced: v.exactOptional(v.boolean()) }),
  v.kind("bound-file", { ...entryBase, ...mounted }),
]);

/** {@link anyEntrySchema}, in a fraction of the time for most: a generation may hold thousands of them. */
export const entrySchema: v.Form<Entry> = (value) => (isUsualEntry(value) ? value : anyEntrySchema(value));

interface OldPlace {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}
type AnyEntry = Omit<DirectoryEntry, "kind"> &
  Omit<LinkedFileEntry, "kind"> &
  Pick<Entry, "kind"> & { readonly place?: OldPlace };

/** True only for what fits; false says nothing. */
function isUsualEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null) return false;
  const entry: Unknown<AnyEntry> = value;
  const { kind, root, target, source } = entry;
  const isLink = kind === "linked-file";
  const isAdopting = isLink && typeof entry.adoptReplaced === "boolean";
  const fields = (isLink ? 7 : 9) + (isAdopting ? 1 : 0) + ("place" in entry ? 1 : 0) + optionalFields(entry);
  if (countFields(entry) !== fields || typeof entry.backup !== "boolean") return false;
  if (typeof entry.createParents !== "boolean" || typeof entry.createSources !== "boolean") return false;
  if (!isLink && kind !== "directory" && kind !== "bound-file") return false;
  if (!isLink && (typeof entry.hidden !== "boolean" || !areOptions(entry.options))) return false;
  if (root !== knownRoot && !isNewRoot(root)) return false;
  if ("place" in entry && !isUsualPlace(entry.place)) return false;
  return isBelowRoot(target) && isUsualSource(source, knownRoot, target);
}

/** How many of the fields that may lack are there, as they should be. */
function optionalFields(entry: Unknown<Ownership & Pick<Entry, "parentDirectory">>): number {
  const { mode, user, group, parentDirectory } = entry;
  let fields = 0;
  if (typeof mode === "string" && isMode(mode)) fields += 1;
  if (user !== undefined && v.fit(principalSchema, user).fits) fields += 1;
  if (group !== undefined && v.fit(principalSchema, group).fits) fields += 1;
  if (parentDirectory !== undefined && v.fit(ownershipSchema, parentDirectory).fits) fields += 1;
  return fields;
}

/** One that fits: that of the entry before, which mostly had the same. */
let knownRoot = "/";

function isNewRoot(root: unknown): boolean {
  if (typeof root !== "string" || !isNormalPath(root)) return false;
  knownRoot = root;
  return true;
}

function isUsualSource(source: unknown, root: string, target: string): boolean {
  return typeof source === "string" && (isJoined(source, root, target) || isBelowRoot(source));
}

function isUsualPlace(value: unknown): boolean {
  if (typeof value !== "object" || value === null || countFields(value) !== 3) return false;
  const { line, column, length }: Unknown<OldPlace> = value;
  return isSmallCount(line) && line >= 1 && isSmallCount(column) && column >= 1 && isSmallCount(length);
}

export const manifestSchema: v.Form<Manifest> = v.strictObject({
  entries: v.pipe(v.array(entrySchema), v.check(areTargetsDistinct, "a target twice")),
});

function areTargetsDistinct(entries: readonly Entry[]): boolean {
  const targets = new Set<string>();
  for (let index = 0; index < entries.length; index += 1) targets.add((entries[index] as Entry).target);
  return targets.size === entries.length;
}
