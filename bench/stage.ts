import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Site } from "./site.ts";

/** A tree with targets and sources, and what describes it to imp, to the reference and to mount(8). */
export interface Stage {
  /** Entries, two thirds of them directories. */
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
  /** The same, but for what is recorded: a start of the machine. */
  restart(): void;
}

/** As many as a directory may hold before looking it up becomes the work. */
const perFolder = 50;

interface Place {
  readonly kind: "d" | "f";
  readonly target: string;
  readonly source: string;
}

/** How the configurations are written. */
export interface Style {
  readonly lists: "a path a line" | "a comment on every line" | "all paths on one line" | "inline tables";
  /** What stands before the first table, with the state directory as a TOML string. */
  readonly head: (state: string) => string;
}

export const plainStyle: Style = { lists: "a path a line", head: (state) => `state_dir = ${state}\n` };

/**
 * Lays out a stage on the site's own tmpfs. Targets and sources lie on one mount, the dearer case for mount(2): that
 * of a machine with one filesystem.
 */
export function layOut(site: Site, size: number, style: Style = plainStyle): Stage {
  const live = join(site.base, "live");
  const store = join(site.base, `store-${size}`);
  const root = join(live, "persist");
  const files = Math.round(size / 3);
  const places = [...placesOf("d", size - files, live, root), ...placesOf("f", files, live, root)];
  for (const place of places) create(site, place, live, store);
  mkdirSync(site.outside(live), { recursive: true });

  const write = (name: string, text: string) => {
    const path = join(site.base, `${name}-${size}`);
    writeFileSync(site.outside(path), text);
    return path;
  };
  const directories = places.filter(({ kind }) => kind === "d");
  const config = (name: string, chosen: readonly Place[]) =>
    write(name, configText(site, root, chosen, style));
  const restart = () =>
    site.sh(
      `umount --lazy '${live}' 2>/dev/null || true; find '${store}' -type l -delete; mount --bind '${store}' '${live}'`,
    );
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
      restart();
      rmSync(site.outside(site.state), { recursive: true, force: true });
    },
    restart,
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

function configText(site: Site, root: string, places: readonly Place[], { lists, head }: Style): string {
  const isOneLine = lists === "all paths on one line" || lists === "inline tables";
  const list = (kind: Place["kind"]) => {
    const paths = places.filter((place) => place.kind === kind).map(({ target }) => JSON.stringify(target));
    return isOneLine ? `[${paths.join(", ")}]` : `[\n${paths.map((path) => `    ${path},\n`).join("")}]`;
  };
  const [directories, files] = [`directories = ${list("d")}`, `files = ${list("f")}`];
  const [start, name] = [head(JSON.stringify(site.state)), JSON.stringify(root)];
  if (lists === "inline tables") return `${start}persistence = { ${name} = { ${directories}, ${files} } }\n`;
  const text = `${start}\n[persistence.${name}]\n${directories}\n${files}\n`;
  return lists === "a comment on every line" ? text.replaceAll("\n", " # kept over a start\n") : text;
}
