import type { Entry, Ownership } from "../model/manifest.ts";
import { parseMode, sameForDirectories } from "../model/mode.ts";
import { parentOf } from "../model/path.ts";
import type { PlacedEntry } from "./entries.ts";
import { type Reader, type Site, shown } from "./finding.ts";

export function asksOwnership({ user, group, mode, parentDirectory }: Entry): boolean {
  return user !== undefined || group !== undefined || mode !== undefined || parentDirectory !== undefined;
}

/** What an entry asks for a directory: its own, or the one that holds it. */
interface Ask {
  readonly directory: string;
  readonly ownership: Ownership;
  readonly at: Site;
}

type Attribute = keyof Ownership;
const attributes: readonly Attribute[] = ["user", "group", "mode"];

/** Reports entries that ask for different owners or modes of one directory: only the last would get its way. */
export function contradictoryOwnership(reader: Reader, entries: readonly PlacedEntry[]): void {
  const sameMode = rememberedComparison();
  const firstAsks = new Map<string, Map<Attribute, Ask>>();
  for (const ask of entries.flatMap(asksOf)) {
    const firsts = firstAsks.get(ask.directory) ?? new Map<Attribute, Ask>();
    firstAsks.set(ask.directory, firsts);
    for (const attribute of attributes) {
      if (ask.ownership[attribute] === undefined) continue;
      const first = firsts.get(attribute);
      if (first === undefined) firsts.set(attribute, ask);
      else if (!agree(attribute, first.ownership, ask.ownership, sameMode))
        report(reader, attribute, first, ask);
    }
  }
}

function asksOf({ entry, at }: PlacedEntry): Ask[] {
  const asks: Ask[] = [];
  if (entry.kind === "directory") asks.push({ directory: entry.target, ownership: entry, at });
  const above = entry.parentDirectory;
  if (above !== undefined) asks.push({ directory: parentOf(entry.target), ownership: above, at });
  return asks;
}

type ModeComparison = (left: string, right: string) => boolean;

function agree(attribute: Attribute, left: Ownership, right: Ownership, sameMode: ModeComparison): boolean {
  if (attribute === "mode") return sameMode(left.mode ?? "", right.mode ?? "");
  return left[attribute]?.id === right[attribute]?.id;
}

/** Compares by effect, each two texts once. */
function rememberedComparison(): ModeComparison {
  const known = new Map<string, boolean>();
  return (left, right) => {
    if (left === right) return true;
    const key = `${left} ${right}`;
    const answer = known.get(key) ?? compareModes(left, right);
    known.set(key, answer);
    return answer;
  };
}

function compareModes(leftText: string, rightText: string): boolean {
  const left = parseMode(leftText);
  const right = parseMode(rightText);
  return left.kind !== "invalid" && right.kind !== "invalid" && sameForDirectories(left, right);
}

function report(reader: Reader, attribute: Attribute, first: Ask, second: Ask): void {
  const here = wording(attribute, second.ownership);
  const there = wording(attribute, first.ownership);
  const message = `${shown(second.directory)} is to have ${attribute} ${here} here, but ${there} at`;
  const help = `ask for the same ${attribute} in both places, or in one only`;
  reader.refuse(second.at, message, help, first.at);
}

function wording(attribute: Attribute, ownership: Ownership): string {
  const text = attribute === "mode" ? ownership.mode : ownership[attribute]?.name;
  return `\`${text}\``;
}
