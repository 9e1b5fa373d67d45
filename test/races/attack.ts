import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { startLineClient } from "../machine/line-client.ts";
import type { Machine } from "../machine/machine.ts";
import type { Order, Tally } from "./attacker.ts";

/** The attacker at work in a machine. */
export interface Attacker {
  /** Attacks while `action` runs. */
  during<T>(order: Order, action: () => Promise<T>): Promise<{ readonly result: T; readonly tally: Tally }>;
  end(): Promise<void>;
}

/**
 * @param user whom the attacker works as. Root stands for a user where hard links are not protected: the kernel's
 *   setting is one for all machines, and its way to what such a user could do is no other.
 */
export async function startAttacker(machine: Machine, user: number): Promise<Attacker> {
  // The machine has the host's /usr only, and Bun may be anywhere.
  copyFileSync(process.execPath, machine.outside("/opt/bun"));
  copyFileSync(join(import.meta.dir, "attacker.ts"), machine.outside("/opt/attacker.ts"));
  await machine.sh("chmod 755 /opt/bun; chmod 644 /opt/attacker.ts");
  const client = startLineClient(machine, ["/opt/bun", "/opt/attacker.ts"], { user });
  return {
    async during(order, action) {
      await client.ask(JSON.stringify(order));
      try {
        const result = await action();
        return { result, tally: JSON.parse(await client.ask("stop")) };
      } catch (error) {
        await client.ask("stop");
        throw error;
      }
    },
    end: () => client.end(),
  };
}
