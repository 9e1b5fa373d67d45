import type { Effect } from "../model/generation.ts";
import type { Entry } from "../model/manifest.ts";
import { type Mount, unknownDevice } from "../model/mount.ts";
import type { Folder, Glimpse, Observed } from "../model/observation.ts";
import { isAtOrBelow, rebase } from "../model/path.ts";
import type { MountOptions } from "../model/plan.ts";
import { accessWith, sameAccess } from "./access.ts";
import { holdsLinks } from "./effects.ts";
import { kernelPlaces } from "./obstacle.ts";
import { optionsOf } from "./options.ts";

/** A directory that holds targets or sources; no symlink is on the way to it. */
export interface Place {
  readonly path: string;
  readonly folder: Folder;
  /** Its path within its filesystem. */
  readonly within: string;
  /** The mounts that are attached to the mount it lies on, by their mount points. */
  readonly attached: ReadonlyMap<string, Mount>;
  /** What is mounted from it inherits these. */
  readonly options: MountOptions;
  /** True if links of imp's in it are on record as such. */
  recordsLinks(): boolean;
}

/** Places by their paths, each looked at once; null for what is none, and for what belongs to the kernel. */
export function placesOf(observed: Observed, effects: readonly Effect[]): (path: string) => Place | null {
  const places = new Map<string, Place | null>();
  return (path) => {
    const known = places.get(path);
    if (known !== undefined) return known;
    const place = lookAtPlace(observed, effects, path);
    places.set(path, place);
    return place;
  };
}

function lookAtPlace(observed: Observed, effects: readonly Effect[], path: string): Place | null {
  if (kernelPlaces.some((place) => isAtOrBelow(path, place))) return null;
  const folder = observed.folder(path);
  if (folder === null || folder.mount.device === unknownDevice) return null;
  const { mount, node } = folder;
  let recordsLinks: boolean | null = null;
  return {
    path,
    folder,
    within: rebase(path, mount.mountPoint, mount.root),
    attached: observed.mounts.byAttachment.get(mount.id) ?? new Map(),
    options: optionsOf(mount),
    // Asked only where links are, and then for each of them.
    recordsLinks() {
      recordsLinks ??= node.identity.birth === null || holdsLinks(effects, path, node);
      return recordsLinks;
    },
  };
}

/** The path within its filesystem of what lies right in the place. */
export function within({ path, within: own }: Place, inside: string): string {
  const name = inside.slice(path === "/" ? 0 : path.length);
  return own === "/" ? name : own + name;
}

/** True if both are the very same directory. */
export function isSamePlace(one: Place, other: Place): boolean {
  return one.within === other.within && one.folder.mount.device === other.folder.mount.device;
}

/** True if the entry says whose its source is to be, or who may use it. */
export function asksForAccess({ user, group, mode }: Entry): boolean {
  return user !== undefined || group !== undefined || mode !== undefined;
}

/** True if an object has the owner and mode that the entry asks for. */
export function hasAccess(entry: Entry, now: Glimpse): boolean {
  return !asksForAccess(entry) || sameAccess(accessWith(entry, now, now.type === "directory"), now);
}
