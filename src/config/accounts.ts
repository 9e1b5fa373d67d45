import { groupByName, userByName } from "../linux/users.ts";
import type { Principal } from "../model/manifest.ts";

/** Finds users and groups by name; null if there is none of that name. */
export interface Accounts {
  user(name: string): Principal | null;
  group(name: string): Principal | null;
}

/** The users and groups of the running system. Every name is looked up once. */
export function systemAccounts(): Accounts {
  return {
    user: remembered((name) => numbered(name, userByName(name)?.uid)),
    group: remembered((name) => numbered(name, groupByName(name)?.gid)),
  };
}

function numbered(name: string, id: number | undefined): Principal | null {
  return id === undefined ? null : { name, id };
}

type Lookup = (name: string) => Principal | null;

function remembered(lookUp: Lookup): Lookup {
  const known = new Map<string, Principal | null>();
  return (name) => {
    const answer = known.get(name);
    if (answer !== undefined) return answer;
    // C would see only what stands before a NUL, and find somebody else.
    const found = name.includes("\0") ? null : lookUp(name);
    known.set(name, found);
    return found;
  };
}
