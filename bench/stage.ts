import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Site } from "./site.ts";

/** A tree with targets and sources, and what describes it to imp, to the reference and to mount(8). */
export interface Stage {
  /** Directories; there are half as many files. */
  readonly size: number;
  /** Configurations: all entries, all but the last directory, every other one, and none. */
  readonly all: string;
  readonly allButOne: string;
  readonly half: string;
  readonly none: string;
  /** For `reference`. */
  readonly list: string;
  /** For `mount -a -T`: the directories. */
  readonly fstab: string;
  /** A persisted directory that is in all configurations but the last. */
  readonly firstTarget: string;
  /** Puts the tree there as it was: nothing mounted, nothing linked, nothing recorded. */
  reset(): void;
}

/** As many as a directory may hold before looking it up becomes the work. */
const perFolder = 50;

interface Place {
  readonly kind: "d" | "f";
  readonly target: string;
  readonly source: string;
}

/**
 * Lays out a stage on the site's own tmpfs. Targets and sources lie on one mount, the dearer case for mount(2): that
 * of a machine with one filesystem.
 */
export function layOut(site: Site, size: number): Stage {
  const live = join(site.base, "live");
  const store = join(site.base, `store-${size}`);
  const root = join(live, "persist");
  const places = [...placesOf("d", size, live, root), ...placesOf("f", size / 2, live, root)];
  for (const place of places) create(site, place, live, store);
  mkdirSync(site.outside(live), { recursive: true });

  const write = (name: string, text: string) => {
    const path = join(site.base, `${name}-${size}`);
    writeFileSync(site.outside(path), text);
    return path;
  };
  const directories = places.filter(({ kind }) => kind === "d");
  const config = (name: string, chosen: readonly Place[]) => write(name, configText(site, root, chosen));
  return {
    size,
    all: config("all.toml", places),
    allButOne: config(
      "all-but-one.toml",
      places.filter((place) => place !== directories.at(-1)),
    ),
    half: config(
      "half.toml",
      places.filter((_, index) => index % 2 === 0),
    ),
    none: config("none.toml", []),
    list: write("list", places.map(({ kind, source, target }) => `${kind}\t${source}\t${target}\n`).join("")),
    fstab: write(
      "fstab",
      directories.map(({ source, target }) => `${source} ${target} none bind 0 0\n`).join(""),
    ),
    firstTarget: places[0]?.target ?? "",
    reset() {
      site.sh(
        `umount --lazy '${live}' 2>/dev/null || true; find '${store}' -type l -delete; mount --bind '${store}' '${live}'`,
      );
      rmSync(site.outside(site.state), { recursive: true, force: true });
    },
  };
}

function placesOf(kind: Place["kind"], count: number, live: string, root: string): Place[] {
  return Array.from({ length: count }, (_, index) => {
    const target = join(live, `group-${Math.floor(index / perFolder)}`, `${kind}-${index}`);
    return { kind, target, source: join(root, target) };
  });
}

/** In the store, which appears at `live`. A target directory is there, that of a file is not. */
function create(site: Site, { kind, target, source }: Place, live: string, store: string): void {
  const stored = (path: string) => site.outside(join(store, path.slice(live.length)));
  mkdirSync(stored(kind === "d" ? target : dirname(target)), { recursive: true });
  mkdirSync(stored(kind === "d" ? source : dirname(source)), { recursive: true });
  if (kind === "f") writeFileSync(stored(source), "x\n");
}

function configText(site: Site, root: string, places: readonly Place[]): string {
  const list = (kind: Place["kind"]) =>
    places.filter((place) => place.kind === kind).map(({ target }) => `    ${JSON.stringify(target)},\n`);
  return [
    `state_dir = ${JSON.stringify(site.state)}\n\n`,
    `[persistence.${JSON.stringify(root)}]\n`,
    `directories = [\n${list("d").join("")}]\n`,
    `files = [\n${list("f").join("")}]\n`,
  ].join("");
}
