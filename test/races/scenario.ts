import type { ConfigurationText } from "../machine/configuration.ts";
import type { Machine } from "../machine/machine.ts";
import type { Order } from "./attacker.ts";

/** Some kinds of step under attack, with many entries of one form. */
export interface Scenario {
  readonly name: string;
  /** Lays out what the entries need, decoys too. */
  prepare(machine: Machine, entries: number): void | Promise<void>;
  /** The system goes from one configuration to the other and back. */
  readonly forth: (entries: number) => ConfigurationText;
  readonly back: (entries: number) => ConfigurationText;
  /** What is attacked. */
  readonly attack: (entries: number) => Pick<Order, "pairs" | "links">;
  /** Undoes what stays after going back, as it should. */
  readonly reset?: (machine: Machine, entries: number) => void;
  /** Whom the attacker works as; the user, if nobody is named. */
  readonly attacker?: number;
  /** The attacker carries away what imp has just made, so that it can't be put back: only the decoys are judged. */
  readonly carriesAway?: boolean;
  /** What else must be as it was, as text. */
  readonly keeps?: (machine: Machine) => Promise<string>;
}

export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
