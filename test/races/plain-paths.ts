import type { Machine } from "../machine/machine.ts";
import { decoyLines, startArena, user } from "./arena.ts";
import { startAttacker } from "./attack.ts";
import { atTargets, folder, layOut } from "./layout.ts";
import { times } from "./scenario.ts";

/** What imp would be without safe paths: it uses directories by their names. */
const script = `
for round in 1 2 3 4 5 6 7 8 9 10; do
  mkdir "$@"
  rmdir "$@"
done 2>/dev/null || true
`;

/** How often it uses one in a run of the script. */
const uses = 20;

/** How often the attacker lets such a program use a directory before it goes astray; null if it never does. */
export async function usesUntilAstray(milliseconds: number): Promise<number | null> {
  const entries = 20;
  await using machine: Machine & AsyncDisposable = await startArena();
  layOut(machine, entries, () => undefined);
  const attacker = await startAttacker(machine, user);
  const untouched = await decoyLines(machine);
  const end = performance.now() + milliseconds;
  const order = { pairs: atTargets(entries), window: entries, hold: 0 };
  let used = 0;
  let isAstray = false;
  while (!isAstray && performance.now() < end) {
    const names = times(entries, (entry) => `${folder(entry)}/new`);
    await attacker.during(order, () => machine.run(["sh", "-c", script, "plain", ...names]));
    used += entries * uses;
    isAstray = (await decoyLines(machine)) !== untouched;
  }
  await attacker.end();
  return isAstray ? used : null;
}
