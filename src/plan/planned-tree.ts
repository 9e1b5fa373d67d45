import { mountsOnTheWay } from "../model/mount.ts";
import type { Node, Observed } from "../model/observation.ts";
import { isAtOrBelow, isBelow, join, parentOf } from "../model/path.ts";
import { copied, isOldDirectory } from "./future-node.ts";
import { type KeyedView, keysAbove, namesBelow, viewOf } from "./resolve/keyed-view.ts";

/** Whether a step comes before mounts and links go, or only then. */
export type Phase = "early" | "late";

/** What becomes of a place. */
interface Change {
  /** Counts all changes. */
  readonly number: number;
  readonly node: Node;
  readonly content?: Content;
}

/** An object that gets another name. */
interface Move {
  readonly number: number;
  readonly from: string;
  readonly to: string;
}

/** A change of a directory that decides what is in it; without content, nothing is. */
interface ChangeAbove {
  readonly at: string;
  readonly content?: Content;
}

/** What is above a place. */
interface Above {
  /** The keys of the directories, nearest first. */
  readonly keys: readonly string[];
  readonly change: ChangeAbove | null;
}

/** What a directory will hold, if it is not what it holds now. */
interface Content {
  /** Where that is now. */
  readonly view: KeyedView;
  readonly isCopied: boolean;
  /** The number of the last change that went into the copy. */
  readonly time: number;
}

/**
 * What a plan's steps make of the places that they change, so that what is planned next can build on it. Places are
 * known by filesystem and path in there, so it does not matter which mounts they are seen through.
 */
export class PlannedTree {
  readonly #observed: Observed;
  readonly #changes = new Map<string, Change[]>();
  #count = 0;
  readonly #late = new Set<string>();
  /** The directories that hold those. */
  readonly #aboveLate = new Set<string>();
  /** How many names of a directory will be gone. */
  readonly #vanished = new Map<string, number>();
  readonly #moves: Move[] = [];
  /** What is known of directories, for what lies in one is mostly asked about together. */
  readonly #above = new Map<string, Above>();
  /** Those directories, and all above them: a change of what is none of them changes nothing of what is known. */
  readonly #knownAbove = new Set<string>();

  constructor(observed: Observed) {
    this.#observed = observed;
  }

  /** What will be at the view after the steps planned so far. */
  nodeAt(view: KeyedView): Node {
    return this.#changes.size === 0 ? this.#observed.node(view) : this.#nodeAt(view, this.#count);
  }

  #nodeAt(view: KeyedView, time: number): Node {
    const key = this.#key(view, time);
    const own = this.#lastChange(key, time);
    if (own !== undefined) return own.node;
    const above = time === this.#count ? this.#aboveNow(key).change : this.#changeAbove(key, time);
    if (above === null) return this.#observed.node(view);
    const { at, content } = above;
    return content === undefined ? { kind: "missing" } : this.#nodeWithin(content, namesBelow(at, key));
  }

  /** The nearest change above that decides what is at the key; null if it is what is there now. */
  #changeAbove(key: string, time: number): ChangeAbove | null {
    for (const at of keysAbove(key)) {
      const change = this.#lastChange(at, time);
      if (change?.content !== undefined) return { at, content: change.content };
      if (change !== undefined && !isOldDirectory(change.node)) return { at };
    }
    return null;
  }

  #nodeWithin(content: Content, below: readonly string[]): Node {
    const view = this.#within(content.view, below);
    if (!content.isCopied) return this.#observed.node(view);
    const node = this.#nodeAt(view, content.time);
    return "identity" in node ? { ...node, identity: copied } : node;
  }

  set(view: KeyedView, node: Node, phase: Phase): void {
    if (node.kind === "missing" && this.nodeAt(view).kind !== "missing") this.discount(view);
    this.#note(view, node, this.#contentKept(view, node), phase);
  }

  /** Another owner or mode leaves a directory's content as it is. */
  #contentKept(view: KeyedView, node: Node): Content | undefined {
    const last = this.#lastChange(this.#key(view), this.#count);
    if (last === undefined || node.kind !== "directory" || last.node.kind !== "directory") return undefined;
    return node.identity === last.node.identity ? last.content : undefined;
  }

  /** What is called `now`, beside the view, will take its place, with all that is in it. */
  rename(view: KeyedView, now: string): void {
    const from = viewOf(this.#observed.mounts, join(parentOf(view.path), now), view.beneath);
    const node = this.nodeAt(from);
    this.set(from, { kind: "missing" }, "late");
    this.#note(view, node, { view: from, isCopied: false, time: 0 }, "late");
    this.#noteMove(from, view);
  }

  /** What is at the view will be called `backup`, and nothing is there. */
  backUp(view: KeyedView, backup: KeyedView): void {
    this.set(backup, this.nodeAt(view), "late");
    this.#note(view, { kind: "missing" }, undefined, "late");
    this.#noteMove(view, backup);
  }

  #noteMove(from: KeyedView, to: KeyedView): void {
    this.#moves.push({ number: this.#count, from: this.#key(from), to: this.#key(to) });
  }

  /** True if symlinks may come to other places: what is there is moved or copied, perhaps with all that is in it. */
  get movesLinks(): boolean {
    const isFilled = ({ content }: Change) => content !== undefined;
    return this.#moves.length > 0 || this.#changes.values().some((changes) => changes.some(isFilled));
  }

  /** What is at `from` will be at the view too. */
  copy(view: KeyedView, from: KeyedView, node: Node, phase: Phase): void {
    this.#note(view, node, { view: from, isCopied: true, time: this.#count }, phase);
    // Nothing may come into it that comes too late for the copy, or else too early.
    if (phase === "late") this.#late.add(this.#key(from));
  }

  #note(view: KeyedView, node: Node, content: Content | undefined, phase: Phase): void {
    const key = this.#key(view);
    this.#count += 1;
    const change = { number: this.#count, node, ...(content && { content }) };
    const known = this.#changes.get(key);
    if (known === undefined) this.#changes.set(key, [change]);
    else known.push(change);
    if (this.#knownAbove.has(key)) {
      this.#above.clear();
      this.#knownAbove.clear();
    }
    if (phase === "early") return;
    this.#late.add(key);
    for (const above of this.#aboveNow(key).keys) {
      if (this.#aboveLate.has(above)) break;
      this.#aboveLate.add(above);
    }
  }

  #lastChange(key: string, time: number): Change | undefined {
    const changes = this.#changes.get(key);
    return time === this.#count ? changes?.at(-1) : changes?.findLast(({ number }) => number <= time);
  }

  /** How many names a directory will hold. */
  countNames(view: KeyedView): number {
    const vanished = this.#vanished.get(this.#key(view)) ?? 0;
    return Math.max(this.#observed.countNames(this.whereNow(view)) - vanished, 0);
  }

  /** What is at the view goes, or is imp's own: it does not count among the names in its directory. */
  discount(view: KeyedView): void {
    const [directory] = this.#aboveNow(this.#key(view)).keys;
    if (directory !== undefined) this.#vanished.set(directory, (this.#vanished.get(directory) ?? 0) + 1);
  }

  /** Where that can be looked at now which will be at the view. */
  whereNow(view: KeyedView): KeyedView {
    return this.#changes.size === 0 ? view : this.#whereNow(view, this.#count);
  }

  /** Where that can be looked at now which gives its place to what is put back at the view; null if nothing is. */
  displacedFrom(view: KeyedView): KeyedView | null {
    const change = this.#lastChange(this.#key(view), this.#count);
    return change?.content?.isCopied === false ? this.#whereNow(view, change.number - 1) : null;
  }

  #whereNow(view: KeyedView, time: number): KeyedView {
    const key = this.#key(view, time);
    for (const above of [key, ...this.#aboveNow(key).keys]) {
      const content = this.#lastChange(above, time)?.content;
      if (content === undefined) continue;
      const now = this.#within(content.view, namesBelow(above, key));
      return content.isCopied ? this.#whereNow(now, content.time) : now;
    }
    return view;
  }

  /** What is mounted below a directory does not come along, whether that is renamed or copied. */
  #within(directory: KeyedView, below: readonly string[]): KeyedView {
    const path = below.reduce(join, directory.path);
    const inside = mountsOnTheWay(this.#observed.mounts, path).find(({ mountPoint }) =>
      isBelow(mountPoint, directory.path),
    );
    return viewOf(this.#observed.mounts, path, directory.beneath ?? inside ?? null);
  }

  /** True if the object at the view, or a directory above it, comes about only after mounts and links have gone. */
  isLate(view: KeyedView): boolean {
    if (this.#late.size === 0) return false;
    const key = this.#key(view);
    return this.#late.has(key) || this.#aboveNow(key).keys.some((above) => this.#late.has(above));
  }

  /** True if something in the directory at the view changes only then. */
  holdsLate(view: KeyedView): boolean {
    return this.#aboveLate.has(this.#key(view));
  }

  /** A mount goes on showing what it shows by whatever name that goes. */
  #key({ key, home }: KeyedView, time = this.#count): string {
    let now = key;
    let root = this.#moves.length === 0 ? "" : `${home.device} ${home.root}`;
    for (const { number, from, to } of this.#moves) {
      if (number > time || !isAtOrBelow(root, from)) continue;
      now = to + now.slice(from.length);
      root = to + root.slice(from.length);
    }
    return now;
  }

  #aboveNow(key: string): Above {
    if (key.endsWith("/")) return { keys: [], change: null };
    const directory = key.slice(0, key.lastIndexOf("/"));
    const known = this.#above.get(directory);
    if (known !== undefined) return known;
    const above = { keys: keysAbove(key), change: this.#changeAbove(key, this.#count) };
    this.#above.set(directory, above);
    for (const at of above.keys) this.#knownAbove.add(at);
    return above;
  }
}
