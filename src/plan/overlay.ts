import type { Identity } from "../model/generation.ts";
import { mountsOnTheWay } from "../model/mount.ts";
import type { DirectoryNode, Node, Observed, Spot } from "../model/observation.ts";
import { isBelow, join, nameOf, parentOf } from "../model/path.ts";
import { keyOf, keysAbove } from "./ways.ts";

/** Whether a step comes before mounts and links go, or only then. */
export type Turn = "early" | "late";

/** What is there now of a directory that will be there. */
interface StandIn {
  readonly spot: Spot;
  readonly isCopied: boolean;
}

/**
 * What a plan's steps make of the places that they change, so that what is planned next can build on it. Places are
 * known by filesystem and path in there, so it does not matter which mounts they are seen through.
 */
export class Overlay {
  readonly #observed: Observed;
  readonly #nodes = new Map<string, Node>();
  readonly #late = new Set<string>();
  /** The directories that hold those. */
  readonly #aboveLate = new Set<string>();
  /** How many names of a directory will be gone. */
  readonly #vanished = new Map<string, number>();
  /** Directories that will hold what another one holds now: a backup put back, or a copy. */
  readonly #standIns = new Map<string, StandIn>();

  constructor(observed: Observed) {
    this.#observed = observed;
  }

  /** What will be at the spot after the steps planned so far. */
  nodeAt(spot: Spot): Node {
    if (this.#nodes.size === 0) return this.#observed.node(spot);
    const key = this.#key(spot);
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    for (const above of keysAbove(key)) {
      const standIn = this.#standIns.get(above);
      if (standIn !== undefined) return this.#nodeWithin(standIn, spot);
      const directory = this.#nodes.get(above);
      if (directory === undefined) continue;
      if (directory.kind !== "directory" || isFuture(directory)) return { kind: "missing" };
      break;
    }
    return this.#observed.node(spot);
  }

  set(spot: Spot, node: Node, turn: Turn): void {
    const key = this.#key(spot);
    if (node.kind === "missing" && this.nodeAt(spot).kind !== "missing") this.#countVanished(key);
    this.#nodes.set(key, node);
    if (turn === "early") return;
    this.#late.add(key);
    for (const above of keysAbove(key)) this.#aboveLate.add(above);
  }

  /** How many names a directory will hold. */
  countNames(spot: Spot): number {
    const vanished = this.#vanished.get(this.#key(spot)) ?? 0;
    return Math.max(this.#observed.countNames(this.whereNow(spot)) - vanished, 0);
  }

  /** What is at the spot is imp's own, and does not count among the names in its directory. */
  discount(spot: Spot): void {
    this.#countVanished(this.#key(spot));
  }

  #countVanished(key: string): void {
    const [directory] = keysAbove(key);
    if (directory !== undefined) this.#vanished.set(directory, (this.#vanished.get(directory) ?? 0) + 1);
  }

  /** What is called `now`, beside the spot, will take its place, with all that is in it. */
  rename(spot: Spot, now: string): void {
    const from = { path: join(parentOf(spot.path), now), beneath: spot.beneath };
    this.set(spot, this.#observed.node(from), "late");
    this.set(from, { kind: "missing" }, "late");
    this.#standIns.set(this.#key(spot), { spot: from, isCopied: false });
  }

  /** What is at `from` will be at the spot too. */
  copy(spot: Spot, from: Spot, node: Node, turn: Turn): void {
    this.set(spot, node, turn);
    this.#standIns.set(this.#key(spot), { spot: this.whereNow(from), isCopied: true });
  }

  /** Where that can be looked at now which will be at the spot. */
  whereNow(spot: Spot): Spot {
    if (this.#standIns.size === 0) return spot;
    const key = this.#key(spot);
    const below: string[] = [];
    let { path } = spot;
    for (const above of [key, ...keysAbove(key)]) {
      const standIn = this.#standIns.get(above);
      if (standIn !== undefined) {
        const now = this.#within(standIn.spot, below);
        return standIn.isCopied ? this.whereNow(now) : now;
      }
      below.unshift(nameOf(path));
      path = parentOf(path);
    }
    return spot;
  }

  #nodeWithin({ isCopied }: StandIn, spot: Spot): Node {
    const now = this.whereNow(spot);
    if (!isCopied) return this.#observed.node(now);
    const node = this.nodeAt(now);
    return "identity" in node ? { ...node, identity: nobody } : node;
  }

  /** What is mounted below a directory does not come along, whether that is renamed or copied. */
  #within(directory: Spot, below: readonly string[]): Spot {
    const path = below.reduce(join, directory.path);
    const inside = mountsOnTheWay(this.#observed.mounts, path).find(({ mountPoint }) =>
      isBelow(mountPoint, directory.path),
    );
    return { path, beneath: directory.beneath ?? inside ?? null };
  }

  /** True if the object at the spot, or a directory above it, comes about only after mounts and links have gone. */
  isLate(spot: Spot): boolean {
    if (this.#late.size === 0) return false;
    const key = this.#key(spot);
    return this.#late.has(key) || keysAbove(key).some((above) => this.#late.has(above));
  }

  /** True if something in the directory at the spot changes only then. */
  holdsLate(spot: Spot): boolean {
    return this.#aboveLate.has(this.#key(spot));
  }

  #key(spot: Spot): string {
    return keyOf(this.#observed.mounts, spot);
  }
}

/** A node for what a step will have created: nobody knows its identity yet, and nothing is in it. */
export function futureDirectory(access: { uid: number; gid: number; mode: number }): DirectoryNode {
  return { kind: "directory", ...access, identity: nobody, links: 2, device: "" };
}

/** True for what does not exist yet. */
export function isFuture(node: Node): boolean {
  return "identity" in node && node.identity.inode === nobody.inode;
}

const nobody: Identity = { inode: "", birth: null };
