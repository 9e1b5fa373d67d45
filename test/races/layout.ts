import { rmSync } from "node:fs";
import type { ConfigurationText, EntryText, RootText } from "../machine/configuration.ts";
import type { Machine } from "../machine/machine.ts";
import { directory, file, home, store, stored, symlink } from "./arena.ts";
import type { Order } from "./attacker.ts";
import { times } from "./scenario.ts";

/** How the entries of the scenarios lie: each below a directory of its own, with a bait beside that and a decoy behind. */

const root = { owner: 0 };

export const folder = (entry: number) => `${home}/p${entry}`;
export const bait = (entry: number) => `${home}/q${entry}`;
export const decoy = (entry: number) => `/decoy/p${entry}`;
export const storedDecoy = (entry: number) => `/persist/decoy/p${entry}`;

/** Exchanges the directories that targets lie in. */
export const atTargets = (entries: number): Order["pairs"] =>
  times(entries, (entry) => [folder(entry), bait(entry)]);

/** Exchanges the directories that sources lie in. */
export const atSources = (entries: number): Order["pairs"] =>
  times(entries, (entry) => [stored(folder(entry)), stored(bait(entry))]);

export const atBoth = (entries: number): Order["pairs"] => [...atTargets(entries), ...atSources(entries)];

/** Exchanges a name in these directories for another one beside it. */
export const atName =
  (name: string, other: string, place = folder) =>
  (entries: number): Order["pairs"] =>
    times(entries, (entry) => [`${place(entry)}/${name}`, `${place(entry)}/${other}`]);

/** Lays out an entry's directories, and symlinks to the decoys beside them. */
export function layOut(
  machine: Machine,
  entries: number,
  fill: (entry: number, target: string, source: string) => void,
): void {
  for (let entry = 0; entry < entries; entry += 1) {
    directory(machine, folder(entry));
    directory(machine, stored(folder(entry)));
    directory(machine, decoy(entry), root);
    directory(machine, storedDecoy(entry), root);
    symlink(machine, bait(entry), decoy(entry));
    symlink(machine, stored(bait(entry)), storedDecoy(entry));
    fill(entry, folder(entry), stored(folder(entry)));
  }
}

/** What imp is to take for its own if it goes astray. */
export function decoyDirectory(machine: Machine, entry: number, name: string): void {
  for (const place of [decoy(entry), storedDecoy(entry)]) directory(machine, `${place}/${name}`, root);
}

export function decoyFile(machine: Machine, entry: number, name: string, content = "root's\n"): void {
  for (const place of [decoy(entry), storedDecoy(entry)]) {
    file(machine, `${place}/${name}`, content, { owner: 0, mode: 0o600 });
  }
}

export const persisting = (
  keys: RootText,
  top: Readonly<Record<string, boolean>> = {},
): ConfigurationText => ({ ...top, persistence: { [store]: keys } });

export const nothing = (): ConfigurationText => ({ persistence: {} });

/** An entry at this name in each directory. */
export function entriesAt(
  name: string,
  make: (path: string) => EntryText = (path) => path,
): (entries: number) => EntryText[] {
  return (entries) => times(entries, (entry) => make(`${folder(entry)}/${name}`));
}

/** Removes what a created source left in the store. */
export function removeSources(...names: readonly string[]): (machine: Machine, entries: number) => void {
  return (machine, entries) => {
    for (let entry = 0; entry < entries; entry += 1) {
      for (const name of names) {
        rmSync(machine.outside(stored(`${folder(entry)}/${name}`)), { recursive: true, force: true });
      }
    }
  };
}
