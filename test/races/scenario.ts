import type { ConfigurationText } from "../machine/configuration.ts";
import type { Machine } from "../machine/machine.ts";
import type { Order } from "./attacker.ts";

/** One kind of step under attack. */
export interface Scenario {
  /** The steps that are raced, for the table of counts. */
  readonly name: string;
  /** Lays out what `count` entries need, decoys too. */
  prepare(machine: Machine, count: number): void;
  /** Two configurations: the system goes from one to the other and back. */
  readonly forth: (count: number) => ConfigurationText;
  readonly back: (count: number) => ConfigurationText;
  /** The names that are exchanged. */
  readonly pairs: (count: number) => Order["pairs"];
  /** Undoes what stays after going back, as it should. */
  readonly reset?: (machine: Machine, count: number) => void;
}

export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
