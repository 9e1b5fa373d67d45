import type { Node, Observed, Spot } from "../model/observation.ts";
import { join, nameOf, parentOf } from "../model/path.ts";
import { keyOf } from "./ways.ts";

/** What a plan's steps make of the places that they change, so that what is planned next can build on it. */
export class Overlay {
  readonly #observed: Observed;
  readonly #nodes = new Map<string, Node>();
  /** Directories that get another one's content: the name beside them that it has now, by their key. */
  readonly #renamed = new Map<string, string>();
  /** Keys of what changes only after sources are made. */
  readonly #late = new Set<string>();

  constructor(observed: Observed) {
    this.#observed = observed;
  }

  /** What will be at the spot after the steps planned so far. */
  nodeAt(spot: Spot): Node {
    if (this.#nodes.size === 0) return this.#observed.node(spot);
    return this.#nodes.get(this.#key(spot)) ?? this.#observed.node(this.whereNow(spot));
  }

  set(spot: Spot, node: Node, when: "early" | "late"): void {
    const key = this.#key(spot);
    this.#nodes.set(key, node);
    if (when === "late") this.#late.add(key);
  }

  /** What is called `now`, a name beside the spot, takes its place, with all that is in it. */
  rename(spot: Spot, now: string): void {
    const from = { path: join(parentOf(spot.path), now), beneath: spot.beneath };
    this.set(spot, this.#observed.node(from), "late");
    this.set(from, { kind: "missing" }, "late");
    this.#renamed.set(this.#key(spot), now);
  }

  /** Where that which will be at the spot, or in a directory that is moved there, is now. */
  whereNow(spot: Spot): Spot {
    if (this.#renamed.size === 0) return spot;
    const below: string[] = [];
    let { path } = spot;
    for (;;) {
      const now = this.#renamed.get(this.#key({ path, beneath: spot.beneath }));
      if (now !== undefined) {
        return { path: [now, ...below].reduce(join, parentOf(path)), beneath: spot.beneath };
      }
      if (path === "/") return spot;
      below.unshift(nameOf(path));
      path = parentOf(path);
    }
  }

  /** True if the spot, or a directory above it, changes only after sources are made. */
  isLate(spot: Spot): boolean {
    if (this.#late.size === 0) return false;
    for (let { path } = spot; ; path = parentOf(path)) {
      if (this.#late.has(this.#key({ path, beneath: spot.beneath }))) return true;
      if (path === "/") return false;
    }
  }

  #key(spot: Spot): string {
    return keyOf(this.#observed.mounts, spot);
  }
}
